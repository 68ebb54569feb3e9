-- Which attempts did not complete, and why?
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- column label       text     -     name of the trial
-- column attempt     integer  -     place among the attempts of the trial
-- column state       text     -     failed, oom, diverged, timeout or interrupted
-- column reason      text     -     why, as the engine saw it
-- column said        text     -     why, as the ranks said themselves
-- column step        integer  -     optimizer step at which it happened, where that is known
-- column seconds     double   s     from its start to its end
-- column mended      boolean  -     whether a later attempt of the trial completed
-- column log_tail    text     -     end of what the failed rank printed

select
    standing.label,
    attempts.attempt,
    attempts.state,
    attempts.reason,
    (
        select string_agg(concat('rank ', rank, ': ', kind, ': ', message), '; ' order by rank, line)
        from failure
        where failure.attempt_key = attempts.attempt_key
    ) as said,
    coalesce(
        attempts.first_bad_step, (select min(step) from failure where failure.attempt_key = attempts.attempt_key)
    ) as step,
    attempts.seconds,
    standing.state = 'completed' as mended,
    attempts.log_tail
from standing
join attempts using (trial)
where standing.experiment = chosen($experiment) and attempts.state not in ('completed', 'running')
order by standing.position, attempts.attempt
