-- Which variants are not beaten at once in accuracy and in what they use?
--
-- A variant is beaten where another one on the same data set is at least as good in both and better in one. Means over
-- the seeds of completed trials; variants of which nothing was measured come last.
--
-- param  experiment       text     null    name of the experiment; unset, the one that was planned last
-- param  against          text     memory  measure that accuracy is weighed against: memory, energy, cost or another
-- column method           text     -       name of the method
-- column model            text     -       name of the model
-- column dataset          text     -       name of the data set
-- column axes             text     -       other axes and their values
-- column n                integer  -       completed trials
-- column accuracy         double   points  ROUGE-1 F1 on the test split
-- column accuracy_spread  double   points  its standard deviation over seeds
-- column value            double   -       the measure that it is weighed against
-- column value_spread     double   -       its standard deviation over seeds
-- column unit             text     -       unit of that measure
-- column better           text     -       lower or higher
-- column front            boolean  -       whether no other variant beats it
-- column beaten_by        text     -       the first of those that do
-- column note             text     -       trials that did not complete

with
    arm as (
        select
            trials.method,
            trials.model,
            trials.dataset,
            trials.axes,
            min(trials.position) as position,
            count(*) filter (where trials.state = 'completed') as n,
            avg(trials.accuracy order by trials.seed) as accuracy,
            stddev_samp(trials.accuracy order by trials.seed) as accuracy_spread,
            avg(trial_measures.value order by trials.seed) as value,
            stddev_samp(trial_measures.value order by trials.seed) as value_spread,
            any_value(measure.unit) as unit,
            any_value(measure.better) as better,
            any_value(case when measure.better = 'lower' then 1 else -1 end) as direction,
            tally(case when trials.state <> 'completed' then trials.state end) as note
        from trials
        join
            experiment_measures as measure
            on measure.experiment = trials.experiment
            and measure.measure = one_of('measure', $against, measures_of(chosen($experiment)))
        left join
            trial_measures
            on (trial_measures.experiment, trial_measures.position, trial_measures.measure)
            = (trials.experiment, trials.position, measure.measure)
        where trials.experiment = chosen($experiment)
        group by trials.method, trials.model, trials.dataset, trials.axes
    ),
    beaten as (
        select arm.position, arg_min(concat_ws(' ', other.method, nullif(other.axes, '')), other.position) as beaten_by
        from arm
        join
            arm as other
            on other.dataset = arm.dataset
            and other.accuracy >= arm.accuracy
            and other.value * other.direction <= arm.value * arm.direction
            and (other.accuracy > arm.accuracy or other.value <> arm.value)
        group by arm.position
    )
select
    arm.method,
    arm.model,
    arm.dataset,
    nullif(arm.axes, '') as axes,
    arm.n,
    arm.accuracy,
    arm.accuracy_spread,
    arm.value,
    arm.value_spread,
    arm.unit,
    arm.better,
    case when arm.accuracy is not null and arm.value is not null then beaten.beaten_by is null end as front,
    beaten.beaten_by,
    arm.note
from arm
left join beaten using (position)
where exists (from arm where value is not null)
order by arm.dataset, front desc nulls last, arm.accuracy desc nulls last, arm.position
