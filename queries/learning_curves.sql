-- How does a number change over the training steps?
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- param  metric      text     loss  name of the metric, as it was recorded
-- column method      text     -     name of the method
-- column axes        text     -     other axes and their values
-- column step        integer  -     optimizer step
-- column n           integer  -     trials with a finite number at that step
-- column value       double   -     their mean
-- column value_spread  double  -    their standard deviation
-- column unit        text     -     unit of the number

select
    standing.method,
    nullif(standing.axes, '') as axes,
    metric.step,
    count(finite(metric.value)) as n,
    avg(finite(metric.value)) as value,
    stddev_samp(finite(metric.value)) as value_spread,
    metric_name.unit
from standing
join metric using (attempt_key)
join metric_name using (name_id)
where
    standing.experiment = chosen($experiment)
    and metric_name.name = $metric
    and metric.rank = 0
    and metric.step is not null
group by standing.method, standing.axes, metric.step, metric_name.unit
order by min(standing.position), metric.step
