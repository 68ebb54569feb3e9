-- How much energy did each variant take, in which part of the machine and of the work?
--
-- Means over the seeds of completed trials; the total counts all attempts, those that failed included.
--
-- param  experiment        text     null  name of the experiment; unset, the one that was planned last
-- column method            text     -     name of the method
-- column model             text     -     name of the model
-- column dataset           text     -     name of the data set
-- column axes              text     -     other axes and their values
-- column n                 integer  -     completed trials
-- column energy            double   kWh   energy of the machine over the attempt
-- column energy_spread     double   kWh   its standard deviation over seeds
-- column cpu               double   kWh   of it, the processors
-- column gpu               double   kWh   of it, the GPUs
-- column ram               double   kWh   of it, the memory
-- column train             double   kWh   of it, training
-- column evaluate          double   kWh   of it, evaluating
-- column predict           double   kWh   of it, predicting
-- column emissions         double   kg    CO2 equivalent of the energy
-- column emissions_spread  double   kg    its standard deviation over seeds
-- column total             double   kWh   energy of all attempts at all trials of the variant
-- column quality           text     -     how it was found: counter, power, tdp-estimate
-- column note              text     -     trials that did not complete

with
    part as (
        select
            attempt_key,
            finite(max(value) filter (where name = 'energy_consumed')) as whole,
            finite(max(value) filter (where name = 'cpu_energy')) as cpu,
            finite(max(value) filter (where name = 'gpu_energy')) as gpu,
            finite(max(value) filter (where name = 'ram_energy')) as ram,
            finite(max(value) filter (where name = 'energy_consumed_train')) as train,
            finite(max(value) filter (where name = 'energy_consumed_evaluate')) as evaluate,
            finite(max(value) filter (where name = 'energy_consumed_predict')) as predict
        from latest
        join metric_name using (name_id)
        where rank = 0
        group by attempt_key
    ),
    spent as (
        select attempt.trial, sum(part.whole order by attempt.attempt) as whole
        from attempt
        join part using (attempt_key)
        group by attempt.trial
    ),
    quality as (
        select attempt_key, value from fact where (section, subject, name) = ('measurement', 'energy', 'quality')
    )
select
    trials.method,
    trials.model,
    trials.dataset,
    nullif(trials.axes, '') as axes,
    count(*) filter (where trials.state = 'completed') as n,
    avg(finite(trials.energy) order by trials.seed) as energy,
    stddev_samp(finite(trials.energy) order by trials.seed) as energy_spread,
    avg(part.cpu order by trials.seed) as cpu,
    avg(part.gpu order by trials.seed) as gpu,
    avg(part.ram order by trials.seed) as ram,
    avg(part.train order by trials.seed) as train,
    avg(part.evaluate order by trials.seed) as evaluate,
    avg(part.predict order by trials.seed) as predict,
    avg(finite(trials.emissions) order by trials.seed) as emissions,
    stddev_samp(finite(trials.emissions) order by trials.seed) as emissions_spread,
    sum(spent.whole order by trials.seed) as total,
    string_agg(distinct quality.value, ', ' order by quality.value) as quality,
    tally(case when trials.state <> 'completed' then trials.state end) as note
from trials
join standing using (experiment, position)
left join part on trials.state = 'completed' and part.attempt_key = standing.attempt_key
left join quality on quality.attempt_key = standing.attempt_key
left join spent on spent.trial = trials.trial
where trials.experiment = chosen($experiment)
group by trials.method, trials.model, trials.dataset, trials.axes
order by min(trials.position)
