-- What did each variant score, and what did it use?
--
-- Means over the seeds of completed trials; a number that is not finite does not count.
--
-- param  experiment        text     null    name of the experiment; unset, the one that was planned last
-- column method            text     -       name of the method
-- column model             text     -       name of the model
-- column dataset           text     -       name of the data set
-- column axes              text     -       other axes and their values
-- column n                 integer  -       completed trials
-- column rouge1            double   points  ROUGE-1 F1 on the test split
-- column rouge1_spread     double   points  its standard deviation over seeds
-- column rouge2            double   points  ROUGE-2 F1 on the test split
-- column rouge2_spread     double   points  its standard deviation over seeds
-- column rougeL            double   points  ROUGE-L F1 on the test split
-- column rougeL_spread     double   points  its standard deviation over seeds
-- column rougeLsum         double   points  ROUGE-Lsum F1 on the test split
-- column rougeLsum_spread  double   points  its standard deviation over seeds
-- column loss              double   nats    loss on the validation split
-- column loss_spread       double   nats    its standard deviation over seeds
-- column runtime           double   s       time from the first to the last training step
-- column runtime_spread    double   s       its standard deviation over seeds
-- column speed             double   1/s     samples a second after warm-up
-- column speed_spread      double   1/s     its standard deviation over seeds
-- column memory            double   B       peak memory of the training phase, all ranks
-- column memory_spread     double   B       its standard deviation over seeds
-- column energy            double   kWh     energy of the machine over the attempt
-- column energy_spread     double   kWh     its standard deviation over seeds
-- column emissions         double   kg      CO2 equivalent of that energy
-- column emissions_spread  double   kg      its standard deviation over seeds
-- column note              text     -       trials that did not complete, and why numbers of those that did are missing

with
    arm as (
        select
            trials.*,
            string_split(trials.not_finite, ', ') as odd,
            case
                when trials.state <> 'completed'
                then [trials.state]
                else
                    [
                        gap('rouge1', rouge1, count(rouge1) over variant, odd),
                        gap('rouge2', rouge2, 0, odd),
                        gap('rougeL', "rougeL", 0, odd),
                        gap('rougeLsum', "rougeLsum", 0, odd),
                        gap('loss', loss, count(loss) over variant, odd),
                        gap('runtime', runtime, count(runtime) over variant, odd),
                        gap('speed', speed, count(speed) over variant, odd),
                        gap('memory', memory, count(memory) over variant, odd),
                        gap('energy', energy, count(energy) over variant, odd, doubt.value),
                        gap('emissions', emissions, 0, odd),
                        case when doubt.name = 'note' then 'with a doubt: ' || doubt.value end
                    ]
            end as gaps
        from trials
        left join
            fact as doubt
            on doubt.attempt_key = trials.attempt_key
            and (doubt.section, doubt.subject) = ('measurement', 'energy')
            and doubt.name in ('invalid_energy_consumed', 'note')
        where trials.experiment = chosen($experiment)
        window variant as (partition by trials.method, trials.model, trials.dataset, trials.axes)
    )
select
    method,
    model,
    dataset,
    nullif(axes, '') as axes,
    count(*) filter (where state = 'completed') as n,
    avg(rouge1 order by seed) as rouge1,
    stddev_samp(rouge1 order by seed) as rouge1_spread,
    avg(rouge2 order by seed) as rouge2,
    stddev_samp(rouge2 order by seed) as rouge2_spread,
    avg("rougeL" order by seed) as "rougeL",
    stddev_samp("rougeL" order by seed) as "rougeL_spread",
    avg("rougeLsum" order by seed) as "rougeLsum",
    stddev_samp("rougeLsum" order by seed) as "rougeLsum_spread",
    avg(loss order by seed) as loss,
    stddev_samp(loss order by seed) as loss_spread,
    avg(runtime order by seed) as runtime,
    stddev_samp(runtime order by seed) as runtime_spread,
    avg(speed order by seed) as speed,
    stddev_samp(speed order by seed) as speed_spread,
    avg(memory order by seed) as memory,
    stddev_samp(memory order by seed) as memory_spread,
    avg(energy order by seed) as energy,
    stddev_samp(energy order by seed) as energy_spread,
    avg(emissions order by seed) as emissions,
    stddev_samp(emissions order by seed) as emissions_spread,
    tally_all(gaps) as note
from arm
group by method, model, dataset, axes
order by min(position)
