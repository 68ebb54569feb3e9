-- Which trials are best?
--
-- At the objective of the experiment, or at one measure. Only completed trials, and only numbers: NaN wins nothing.
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- param  measure     text     null  memory, rouge2 or another; unset, the objective, or accuracy where there is none
-- param  rows        integer  10    most rows
-- column label       text     -     name of the trial
-- column score       text     -     the measure, or the metric of the objective
-- column value       double   -     its value
-- column unit        text     -     unit of the value
-- column trial       text     -     id of the trial

with
    wanted as (
        select
            one_of(
                'measure', $measure, measures_of(chosen($experiment)) || ['rouge1', 'rouge2', 'rougeL', 'rougeLsum']
            ) as measure
    )
select trials.label, trial_scores.score, trial_scores.value, trial_scores.unit, trials.trial
from trial_scores
join trials using (experiment, position)
left join objective using (experiment)
cross join wanted
where
    experiment = chosen($experiment)
    and trial_scores.measure
    is not distinct from coalesce(wanted.measure, case when objective.metric is null then 'accuracy' end)
    and trial_scores.value is not null
order by case when trial_scores.better = 'lower' then trial_scores.value else - trial_scores.value end, trials.position
limit coalesce($rows, 10)
