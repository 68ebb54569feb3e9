-- Which trials does the experiment have, and how far are they?
--
-- param  experiment  text       null    name of the experiment; unset, the one that was planned last
-- column label       text       -       name of the trial
-- column state       text       -       pending, running, completed, failed, oom, diverged, timeout or interrupted
-- column attempts    integer    -       attempts so far
-- column runtime     double     s       training time
-- column accuracy    double     points  ROUGE-1 on the test split
-- column started     timestamp  -       when the attempt started that speaks for the trial
-- column trial       text       -       id: a hash of everything that can change the result
-- column note        text       -       why it did not complete, or which of its numbers are not finite

select
    label,
    state,
    attempts,
    runtime,
    accuracy,
    started,
    trial,
    case when state <> 'completed' then reason else not_finite || ' not finite' end as note
from trials
where experiment = chosen($experiment)
order by position
