-- How much do the seeds of a variant differ, and how sure is its mean?
--
-- Over the finite numbers of completed trials. The interval is Student's: with the confidence that the experiment asks
-- for it holds the mean of all seeds that there could be, if they scatter normally.
--
-- param  experiment    text     null  name of the experiment; unset, the one that was planned last
-- param  measure       text     null  memory, accuracy or another; unset, all
-- column method        text     -     name of the method
-- column model         text     -     name of the model
-- column dataset       text     -     name of the data set
-- column axes          text     -     other axes and their values
-- column measure       text     -     what is measured
-- column n             integer  -     seeds with a number
-- column value         double   -     mean over the seeds
-- column value_spread  double   -     standard deviation over the seeds
-- column low           double   -     lower end of the interval; null with fewer than two seeds
-- column high          double   -     upper end of the interval
-- column least         double   -     smallest number of a seed
-- column greatest      double   -     largest number of a seed
-- column unit          text     -     unit of the numbers
-- column note          text     -     trials that did not complete, and numbers that are not finite

with
    arm as (
        select
            trials.method,
            trials.model,
            trials.dataset,
            trials.axes,
            measure.measure,
            measure.position as place,
            min(trials.position) as position,
            any_value(experiment.confidence) as confidence,
            count(trial_measures.value) as n,
            avg(trial_measures.value order by trials.seed) as value,
            stddev_samp(trial_measures.value order by trials.seed) as spread,
            min(trial_measures.value) as least,
            max(trial_measures.value) as greatest,
            any_value(measure.unit) as unit,
            tally(
                case
                    when trials.state <> 'completed' then trials.state when trial_measures.not_finite then 'not finite'
                end
            ) as note
        from trials
        join experiment using (experiment)
        join experiment_measures as measure using (experiment)
        left join
            trial_measures
            on (trial_measures.experiment, trial_measures.position, trial_measures.measure)
            = (trials.experiment, trials.position, measure.measure)
        where
            trials.experiment = chosen($experiment)
            and measure.measure
            = coalesce(one_of('measure', $measure, measures_of(chosen($experiment))), measure.measure)
        group by trials.method, trials.model, trials.dataset, trials.axes, measure.measure, measure.position
    )
select
    arm.method,
    arm.model,
    arm.dataset,
    nullif(arm.axes, '') as axes,
    arm.measure,
    arm.n,
    arm.value,
    arm.spread as value_spread,
    arm.value - t_half_width(arm.confidence, arm.spread, arm.n) as low,
    arm.value + t_half_width(arm.confidence, arm.spread, arm.n) as high,
    arm.least,
    arm.greatest,
    arm.unit,
    arm.note
from arm
where exists (from arm as any_arm where any_arm.measure = arm.measure and any_arm.n > 0)
order by arm.place, arm.position
