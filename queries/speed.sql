-- How fast does each variant train, and what holds it up?
--
-- Means over the seeds of completed trials, of what came behind the warm-up; of a trial that was interrupted, of its
-- last session but for the samples, which are all of them over the time of all sessions.
--
-- param  experiment      text     null  name of the experiment; unset, the one that was planned last
-- column method          text     -     name of the method
-- column model           text     -     name of the model
-- column dataset         text     -     name of the data set
-- column axes            text     -     other axes and their values
-- column n               integer  -     completed trials
-- column speed           double   1/s   samples of all ranks
-- column speed_spread    double   1/s   its standard deviation over seeds
-- column source_tokens   double   1/s   tokens of sources, without what fills up a batch
-- column target_tokens   double   1/s   tokens of targets, without what fills up a batch
-- column step            double   s     median time of an optimizer step
-- column slow_step       double   s     time that 95 % of the steps do not exceed
-- column loading         double   %     part of the time in which rank 0 waits for its batches
-- column warm_up         double   s     time of the first steps, which are left out
-- column others          double   %     most of the processor that other programs took while one of them was trained
-- column note            text     -     trials that did not complete, and those that shared the machine

with
    part as (
        select
            attempt_key,
            finite(max(value) filter (where name = 'train_steady_source_tokens_per_second')) as source_tokens,
            finite(max(value) filter (where name = 'train_steady_target_tokens_per_second')) as target_tokens,
            finite(max(value) filter (where name = 'train_steady_step_seconds')) as step,
            finite(max(value) filter (where name = 'train_steady_p95_step_seconds')) as slow_step,
            finite(max(value) filter (where name = 'train_steady_loading_share')) as loading,
            finite(max(value) filter (where name = 'warmup_seconds')) as warm_up,
            finite(max(value) filter (where name = 'train_others_share')) as others
        from latest
        join metric_name using (name_id)
        where rank = 0
        group by attempt_key
    )
select
    trials.method,
    trials.model,
    trials.dataset,
    nullif(trials.axes, '') as axes,
    count(*) filter (where trials.state = 'completed') as n,
    avg(trials.speed order by trials.seed) as speed,
    stddev_samp(trials.speed order by trials.seed) as speed_spread,
    avg(part.source_tokens order by trials.seed) as source_tokens,
    avg(part.target_tokens order by trials.seed) as target_tokens,
    avg(part.step order by trials.seed) as step,
    avg(part.slow_step order by trials.seed) as slow_step,
    100 * avg(part.loading order by trials.seed) as loading,
    avg(part.warm_up order by trials.seed) as warm_up,
    round(100 * max(part.others), 1) as others,
    nullif(
        concat_ws(
            '; ',
            tally(case when trials.state <> 'completed' then trials.state end),
            tally(case when trials.contended then 'beside other trials' end)
        ),
        ''
    ) as note
from trials
left join part on trials.state = 'completed' and part.attempt_key = trials.attempt_key
where trials.experiment = chosen($experiment)
group by trials.method, trials.model, trials.dataset, trials.axes
order by min(trials.position)
