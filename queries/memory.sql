-- Where does the memory of a rank go?
--
-- Means over the seeds of completed trials. Bytes of tensors are exact; the peak is measured, and holds activations,
-- gradients and buffers as well.
--
-- param  experiment        text     null  name of the experiment; unset, the one that was planned last
-- column method            text     -     name of the method
-- column model             text     -     name of the model
-- column dataset           text     -     name of the data set
-- column axes              text     -     other axes and their values
-- column n                 integer  -     completed trials
-- column ranks             integer  -     ranks of a trial
-- column parameters        double   B     parameters that the fullest rank keeps after training
-- column optimizer_states  double   B     optimizer states that the fullest rank keeps after training
-- column peak              double   B     peak of the training phase, of the rank that needed most
-- column peak_spread       double   B     its standard deviation over seeds
-- column note              text     -     trials that did not complete

with
    held as (
        select
            attempt.trial,
            attempt.attempt,
            max(latest.value) filter (where metric_name.name = 'parameter_memory') as parameters,
            max(latest.value) filter (where metric_name.name = 'optimizer_state_memory') as optimizer_states,
            max(latest.value) filter (where metric_name.name = 'train_peak_memory') as peak
        from latest
        join metric_name using (name_id)
        join attempt using (attempt_key)
        group by attempt.trial, attempt.attempt
    )
select
    trials.method,
    trials.model,
    trials.dataset,
    nullif(trials.axes, '') as axes,
    count(*) filter (where state = 'completed') as n,
    max(trials.world_size) as ranks,
    avg(held.parameters order by trials.seed) as parameters,
    avg(held.optimizer_states order by trials.seed) as optimizer_states,
    avg(held.peak order by trials.seed) as peak,
    stddev_samp(held.peak order by trials.seed) as peak_spread,
    tally(case when trials.state <> 'completed' then trials.state end) as note
from trials
left join held on trials.state = 'completed' and (held.trial, held.attempt) = (trials.trial, trials.attempt)
where trials.experiment = chosen($experiment)
group by trials.method, trials.model, trials.dataset, trials.axes
order by min(trials.position)
