-- How does a number change over the training steps?
--
-- Variants without any such number have one row, without a step.
--
-- param  experiment    text     null  name of the experiment; unset, the one that was planned last
-- param  metric        text     loss  name of the metric, as it was recorded
-- column method        text     -     name of the method
-- column model         text     -     name of the model
-- column dataset       text     -     name of the data set
-- column axes          text     -     other axes and their values
-- column step          integer  -     optimizer step
-- column n             integer  -     trials with a finite number at that step
-- column value         double   -     their mean
-- column value_spread  double   -     their standard deviation
-- column unit          text     -     unit of the number
-- column note          text     -     trials of the variant that did not complete; that no other recorded the number

with
    arm as (from standing where experiment = chosen($experiment)),
    point as (
        select
            arm.variant,
            metric.step,
            count(finite(metric.value)) as n,
            avg(finite(metric.value) order by arm.seed) as value,
            stddev_samp(finite(metric.value) order by arm.seed) as value_spread,
            any_value(metric_name.unit) as unit
        from arm
        join metric using (attempt_key)
        join metric_name using (name_id)
        where metric_name.name = $metric and metric.rank = 0 and metric.step is not null
        group by arm.variant, metric.step
    ),
    told as (
        select
            variant,
            min(position) as position,
            any_value(method) as method,
            any_value(model) as model,
            any_value(dataset) as dataset,
            any_value(axes) as axes,
            bool_or(state = 'completed') as complete,
            tally(case when state <> 'completed' then state end) as states
        from arm
        group by variant
    )
select
    told.method,
    told.model,
    told.dataset,
    nullif(told.axes, '') as axes,
    point.step,
    coalesce(point.n, 0) as n,
    point.value,
    point.value_spread,
    point.unit,
    nullif(
        concat_ws('; ', told.states, case when told.complete and point.step is null then 'not recorded' end), ''
    ) as note
from told
left join point using (variant)
order by told.position, point.step
