-- Which trials are best at one measure?
--
-- Only completed trials, and only numbers: NaN wins nothing.
--
-- param  experiment  text     null      name of the experiment; unset, the one that was planned last
-- param  measure     text     accuracy  memory, speed, runtime, compute, accuracy, loss, energy, emissions or cost
-- param  rows        integer  10        most rows
-- column label       text     -         name of the trial
-- column value       double   -         its value
-- column unit        text     -         unit of the value
-- column trial       text     -         id of the trial

select trials.label, trial_measures.value, measure.unit, trials.trial
from trial_measures
join trials using (experiment, position)
join measure using (measure)
where experiment = chosen($experiment)
    and measure.measure = $measure
    and isfinite(trial_measures.value)
order by case when measure.better = 'lower' then trial_measures.value else -trial_measures.value end, trials.position
limit coalesce($rows, 10)
