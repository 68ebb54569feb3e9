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
-- column note        text       -       why it did not complete, or what is odd: numbers not finite, steps skipped

select
    label,
    state,
    attempts,
    runtime,
    accuracy,
    started,
    trial,
    case
        when state <> 'completed'
        then reason
        else
            nullif(
                concat_ws(
                    '; ',
                    not_finite || ' not finite',
                    case
                        when skipped_steps > 0 then concat(skipped_steps, ' steps skipped: gradients did not fit fp16')
                    end
                ),
                ''
            )
    end as note
from trials
where experiment = chosen($experiment)
order by position
