-- At which step was each trial best?
--
-- Of the steps at which a number was recorded, among its finite values; the first of several that are equally good.
-- A loss is better when it is lower and a ROUGE when it is higher; of any other metric the goal has to be said. A name
-- that no trial recorded is an error, once any was recorded.
--
-- param  experiment  text     null       name of the experiment; unset, the one that was planned last
-- param  metric      text     eval_loss  name of the metric, as it was recorded
-- param  goal        text     null       minimize or maximize; unset, as the name of the metric tells
-- column label       text     -          name of the trial
-- column state       text     -          completed, or another state
-- column step        integer  -          optimizer step at which it was best
-- column value       double   -          its value there
-- column last        double   -          its last value
-- column steps       integer  -          steps at which there is a finite value
-- column unit        text     -          unit of the values
-- column trial       text     -          id of the trial

with
    asked as (
        select one_of('metric', $metric, list(distinct metric_name.name)) as metric
        from standing
        join latest using (attempt_key)
        join metric_name using (name_id)
        where standing.experiment = chosen($experiment) and latest.rank = 0 and latest.top_step is not null
    ),
    direction as (
        select
            metric,
            case
                when $goal = 'minimize' or ($goal is null and $metric like '%loss')
                then 1
                when $goal = 'maximize' or ($goal is null and $metric like '%rouge%')
                then -1
                else error(concat('is a higher ', $metric, ' better? say goal=minimize or goal=maximize'))
            end as sign
        from asked
    ),
    point as (
        select
            standing.position,
            standing.label,
            standing.state,
            standing.trial,
            metric.step,
            metric.value,
            metric.time,
            metric_name.name,
            unit
        from standing
        join metric using (attempt_key)
        join metric_name using (name_id)
        where
            standing.experiment = chosen($experiment)
            and metric_name.name = $metric
            and metric.rank = 0
            and metric.step is not null
            and isfinite(metric.value)
    )
select
    point.label,
    point.state,
    arg_min(point.step, (sign * point.value, point.step)) as step,
    arg_min(point.value, (sign * point.value, point.step)) as value,
    arg_max(point.value, (point.step, point.time)) as last,
    count(distinct point.step) as steps,
    point.unit,
    point.trial
from direction
left join point on point.name = direction.metric
group by point.position, point.label, point.state, point.trial, point.unit
having count(point.step) > 0
order by point.position
