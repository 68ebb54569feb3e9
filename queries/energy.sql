-- How much energy did each variant take, in which part of the machine and of the work?
--
-- Means over the seeds of completed trials, over all their sessions; the total counts all attempts, those that failed
-- included. It is the energy of the whole machine: of it, idle is what the machine would have used had it done nothing.
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
-- column idle              double   kWh   of it, what the machine draws at rest, where that was seen
-- column emissions         double   kg    CO2 equivalent of the energy
-- column emissions_spread  double   kg    its standard deviation over seeds
-- column total             double   kWh   energy of all attempts at all trials of the variant
-- column quality           text     -     how it was found: counter, tdp-estimate, constant; or invalid, unavailable
-- column note              text     -     trials that did not complete, shared the machine, or lack energy, and doubts

with
    part as (
        select
            attempt_key,
            finite(max(total) filter (where name = 'cpu_energy')) as cpu,
            finite(max(total) filter (where name = 'gpu_energy')) as gpu,
            finite(max(total) filter (where name = 'ram_energy')) as ram,
            finite(max(total) filter (where name = 'energy_consumed_train')) as train,
            finite(max(total) filter (where name = 'energy_consumed_evaluate')) as evaluate,
            finite(max(total) filter (where name = 'energy_consumed_predict')) as predict,
            finite(max(total) filter (where name = 'duration')) as seconds
        from session_sums
        where rank = 0
        group by attempt_key
    ),
    spent as (
        select attempt.trial, sum(finite(latest.value) order by attempt.attempt) as whole
        from attempt
        join latest using (attempt_key)
        join metric_name using (name_id)
        where (name, rank) = ('energy_consumed', 0)
        group by attempt.trial
    ),
    told as (
        select
            attempt_key,
            any_value(value) filter (where name = 'quality') as quality,
            any_value(number) filter (where name = 'idle_power') as idle_watts,
            any_value(value) filter (where name = 'invalid_energy_consumed') as reason,
            any_value(value) filter (where name = 'note') as note
        from fact
        where (section, subject) = ('measurement', 'energy')
        group by attempt_key
    )
select
    trials.method,
    trials.model,
    trials.dataset,
    nullif(trials.axes, '') as axes,
    count(*) filter (where trials.state = 'completed') as n,
    avg(trials.energy order by trials.seed) as energy,
    stddev_samp(trials.energy order by trials.seed) as energy_spread,
    avg(part.cpu order by trials.seed) as cpu,
    avg(part.gpu order by trials.seed) as gpu,
    avg(part.ram order by trials.seed) as ram,
    avg(part.train order by trials.seed) as train,
    avg(part.evaluate order by trials.seed) as evaluate,
    avg(part.predict order by trials.seed) as predict,
    avg(told.idle_watts * part.seconds / 3600000 order by trials.seed) as idle,
    avg(trials.emissions order by trials.seed) as emissions,
    stddev_samp(trials.emissions order by trials.seed) as emissions_spread,
    sum(spent.whole order by trials.seed) as total,
    string_agg(distinct told.quality, ', ' order by told.quality) as quality,
    nullif(
        concat_ws(
            '; ',
            tally(case when trials.state <> 'completed' then trials.state end),
            tally(case when trials.contended then 'beside other trials' end),
            tally(
                case
                    when trials.state = 'completed'
                    then gap('energy', trials.energy, 1, string_split(trials.not_finite, ', '), told.reason)
                end
            ),
            tally(case when trials.state = 'completed' then 'with a doubt: ' || told.note end)
        ),
        ''
    ) as note
from trials
left join part on trials.state = 'completed' and part.attempt_key = trials.attempt_key
left join told on told.attempt_key = trials.attempt_key
left join spent on spent.trial = trials.trial
where trials.experiment = chosen($experiment)
group by trials.method, trials.model, trials.dataset, trials.axes
order by min(trials.position)
