-- Which trials and attempts does a number of a report rest on?
--
-- One row for each trial. A number of a method rests on its completed trials, an effect on those of the baseline too.
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- column trial       text     -     id: a hash of everything that can change its result
-- column label       text     -     name of the trial
-- column method      text     -     name of the method
-- column baseline    text     -     the method that it is compared with
-- column model       text     -     name of the model
-- column dataset     text     -     name of the data set
-- column axes        text     -     other axes and their values
-- column seed        integer  -     seed of every random choice
-- column context     json     -     what the trial has in common with that of the baseline, the seed apart
-- column state       text     -     pending, running, completed, failed, oom, diverged, timeout or interrupted
-- column attempts    text     -     the attempts that its numbers are made from
-- column bytes       integer  B     size of their journals, as far as they were loaded
-- column heads       text     -     hash of the first lines of their journals

with
    written as (
        select
            split_part(path, '/', 2) as trial,
            split_part(split_part(path, '/', 3), '-', 2)::integer as attempt,
            sum(bytes) as bytes,
            string_agg(head, ' ' order by path) as heads
        from journal
        where path like 'trials/%'
        group by all
    ),
    counted as (
        select
            sessions.attempt_key,
            string_agg(attempt.attempt, ', ' order by attempt.attempt) as attempts,
            sum(written.bytes)::bigint as bytes,
            sha256(string_agg(written.heads, ' ' order by attempt.attempt)) as heads
        from sessions
        join attempt on attempt.attempt_key = sessions.session_key
        left join written using (trial, attempt)
        group by sessions.attempt_key
    )
select
    standing.trial,
    standing.label,
    standing.method,
    standing.baseline,
    standing.model,
    standing.dataset,
    nullif(standing.axes, '') as axes,
    standing.seed,
    standing.context,
    standing.state,
    counted.attempts,
    counted.bytes,
    counted.heads
from standing
left join counted using (attempt_key)
where standing.experiment = chosen($experiment)
order by standing.position
