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
-- column note              text     -       trials that did not complete, and losses that are not finite

select
    method,
    model,
    dataset,
    nullif(axes, '') as axes,
    count(*) filter (where state = 'completed') as n,
    avg(finite(rouge1) order by seed) as rouge1,
    stddev_samp(finite(rouge1) order by seed) as rouge1_spread,
    avg(finite(rouge2) order by seed) as rouge2,
    stddev_samp(finite(rouge2) order by seed) as rouge2_spread,
    avg(finite("rougeL") order by seed) as "rougeL",
    stddev_samp(finite("rougeL") order by seed) as "rougeL_spread",
    avg(finite("rougeLsum") order by seed) as "rougeLsum",
    stddev_samp(finite("rougeLsum") order by seed) as "rougeLsum_spread",
    avg(finite(loss) order by seed) as loss,
    stddev_samp(finite(loss) order by seed) as loss_spread,
    avg(finite(runtime) order by seed) as runtime,
    stddev_samp(finite(runtime) order by seed) as runtime_spread,
    avg(finite(speed) order by seed) as speed,
    stddev_samp(finite(speed) order by seed) as speed_spread,
    avg(finite(memory) order by seed) as memory,
    stddev_samp(finite(memory) order by seed) as memory_spread,
    avg(finite(energy) order by seed) as energy,
    stddev_samp(finite(energy) order by seed) as energy_spread,
    avg(finite(emissions) order by seed) as emissions,
    stddev_samp(finite(emissions) order by seed) as emissions_spread,
    tally(case when state <> 'completed' then state when not isfinite(loss) then 'loss not finite' end) as note
from trials
where experiment = chosen($experiment)
group by method, model, dataset, axes
order by min(position)
