-- Methods beside their baselines.

create view trial_measures as
select
    standing.experiment,
    standing.position,
    standing.trial,
    attempt_measures.measure,
    attempt_measures.value,
    attempt_measures.not_finite
from standing
join attempt_measures using (attempt_key)
where standing.state = 'completed'
union all
select standing.experiment, standing.position, standing.trial, 'cost', trial_costs.cost, false
from standing
join trial_costs using (experiment, position)
where standing.state = 'completed' and trial_costs.tariff_position = 0
union all
select experiment, position, trial, measure, value, not_finite
from own_trial_measures;
comment on view trial_measures is 'every measure of every completed trial of every experiment';
comment on column trial_measures.experiment is 'name of the experiment';
comment on column trial_measures.position is 'place in the plan';
comment on column trial_measures.trial is 'id of the trial';
comment on column trial_measures.measure is 'name of the measure';
comment on column trial_measures.value is 'its value, in the unit of the measure; null where it is unknown or not finite';
comment on column trial_measures.not_finite is 'whether it came out as NaN or infinite';

create view trial_scores as
select
    standing.experiment,
    standing.position,
    standing.trial,
    experiment_measures.measure as score,
    experiment_measures.measure,
    trial_measures.value,
    experiment_measures.unit,
    experiment_measures.better
from standing
join trial_measures using (experiment, position)
join experiment_measures using (experiment, measure)
union all
select
    standing.experiment,
    standing.position,
    standing.trial,
    objective.metric,
    null,
    finite(latest.value),
    metric_name.unit,
    case objective.goal when 'minimize' then 'lower' else 'higher' end
from standing
join objective using (experiment)
join metric_name on metric_name.name = objective.metric
join latest using (attempt_key, name_id)
where standing.state = 'completed' and latest.rank = 0
union all
-- an objective may also be a measure that the file makes
select
    own.experiment,
    own.position,
    own.trial,
    own.measure,
    null,
    own.value,
    own_measure.unit,
    own_measure.better
from own_trial_measures as own
join own_measure using (experiment, measure)
join objective on (objective.experiment, objective.metric) = (own.experiment, own.measure)
union all
-- the other ROUGE scores, unless the file calls a measure so
select
    standing.experiment,
    standing.position,
    standing.trial,
    rouge.score,
    rouge.score,
    rouge.value,
    'points',
    'higher'
from standing
join (
    select
        attempt_key,
        unnest(['rouge1', 'rouge2', 'rougeL', 'rougeLsum']) as score,
        unnest([rouge1, rouge2, "rougeL", "rougeLsum"]) as value
    from attempt_scores
) as rouge using (attempt_key)
anti join own_measure on (own_measure.experiment, own_measure.measure) = (standing.experiment, rouge.score)
where standing.state = 'completed';
comment on view trial_scores is 'what completed trials can be ranked by: every measure, the objective of the experiment, and each ROUGE';
comment on column trial_scores.experiment is 'name of the experiment';
comment on column trial_scores.position is 'place in the plan';
comment on column trial_scores.trial is 'id of the trial';
comment on column trial_scores.score is 'name of the measure, of the objective''s metric, or rouge1, rouge2, rougeL, rougeLsum';
comment on column trial_scores.measure is 'the same; null for the objective';
comment on column trial_scores.value is 'its value, of rank 0 for the objective; null where it is not finite';
comment on column trial_scores.unit is 'unit of the value';
comment on column trial_scores.better is 'lower or higher';

create view effects as
with measured as (
    -- a measure that no trial of the experiment has says nothing
    select distinct experiment, measure from trial_measures where value is not null or not_finite
),
pair as (
    select
        arm.experiment,
        arm.method,
        arm.baseline,
        arm.model,
        arm.dataset,
        arm.axes,
        arm.context,
        arm.seed,
        measure.measure,
        measure.unit,
        measure.better,
        arm.trial,
        base.trial as baseline_trial,
        arm.state,
        base.state as baseline_state,
        arm_value.value,
        base_value.value as baseline_value,
        arm_value.not_finite,
        base_value.not_finite as baseline_not_finite,
        coalesce(claim.scale, measure.scale) as scale,
        -- neighbours slow a trial down; they change neither its bytes nor its scores
        regexp_matches(measure.metric, 'memory|rouge|loss|gen_len')
            or arm.contended is not distinct from base.contended as comparable,
        mixtures.mixes
    from trials as arm
    join measured using (experiment)
    join experiment_measures as measure using (experiment, measure)
    left join trials as base
        on (base.experiment, base.method, base.context, base.seed)
            = (arm.experiment, arm.baseline, arm.context, arm.seed)
    left join trial_measures as arm_value
        on (arm_value.experiment, arm_value.position, arm_value.measure)
            = (arm.experiment, arm.position, measure.measure)
    left join trial_measures as base_value
        on (base_value.experiment, base_value.position, base_value.measure)
            = (base.experiment, base.position, measure.measure)
    left join mixtures on (mixtures.experiment, mixtures.position) = (arm.experiment, arm.position)
    left join claim
        on (claim.experiment, claim.method, claim.measure) = (arm.experiment, arm.method, measure.measure)
    where arm.method <> arm.baseline
),
compared as (
    select
        *,
        -- of two numbers below zero the smaller one would have the larger ratio
        case when comparable and baseline_value > 0 then value / baseline_value end as ratio,
        case when comparable then value - baseline_value end as difference
    from pair
)
select
    compared.* exclude (comparable, not_finite, baseline_not_finite),
    case when scale = 'difference' then difference when ratio > 0 then ln(ratio) end as effect,
    case
        when baseline_trial is null then 'without a baseline trial'
        when state <> 'completed' then state
        when baseline_state <> 'completed' then 'baseline ' || baseline_state
        when not_finite then 'not finite'
        when value is null then 'not measured'
        when baseline_not_finite then 'baseline not finite'
        when baseline_value is null then 'baseline not measured'
        when not comparable then 'contended on one side only'
        when baseline_value = 0 then 'baseline zero'
        when scale = 'ratio' and baseline_value < 0 then 'baseline not positive'
        when scale = 'ratio' and ratio <= 0 then 'not positive'
    end as reason
from compared;
comment on view effects is 'every trial of a method beside its baseline''s trial of the same context and seed, one row per measure';
comment on column effects.experiment is 'name of the experiment';
comment on column effects.method is 'name of the method';
comment on column effects.baseline is 'the method it is compared with';
comment on column effects.model is 'name of the model';
comment on column effects.dataset is 'name of the data set';
comment on column effects.axes is 'the other axes and their values';
comment on column effects.context is 'what both trials have in common';
comment on column effects.seed is 'seed of both trials';
comment on column effects.measure is 'name of the measure';
comment on column effects.unit is 'unit of the values and of the difference';
comment on column effects.better is 'lower or higher';
comment on column effects.trial is 'id of the method''s trial';
comment on column effects.baseline_trial is 'id of the baseline''s trial';
comment on column effects.state is 'state of the method''s trial';
comment on column effects.baseline_state is 'state of the baseline''s trial';
comment on column effects.value is 'the method''s value; null where it is unknown or not finite';
comment on column effects.baseline_value is 'the baseline''s value; null where it is unknown or not finite';
comment on column effects.scale is 'how the effect is told: ratio or difference, as a claim has it, or as the measure does';
comment on column effects.ratio is 'method over baseline, where both are finite and comparable, and the baseline is above zero';
comment on column effects.difference is 'method minus baseline, where both are finite and comparable';
comment on column effects.effect is 'logarithm of the ratio, or the difference in the unit of the measure; null where there is none';
comment on column effects.mixes is 'what should be equal of both trials and is not: machine, libraries, data, ways of measuring';
comment on column effects.reason is 'why there is no effect, or no ratio';

create view method_effects as
select
    effects.experiment,
    effects.method,
    effects.baseline,
    effects.measure,
    effects.unit,
    effects.better,
    count(*) as pairs,
    count(effects.difference) as n,
    count(effects.ratio) as ratio_n,
    -- sums of floating point numbers depend on their order: a fixed one makes the same answer each time
    avg(effects.baseline_value order by effects.context, effects.seed) filter (where effects.difference is not null) as baseline_mean,
    avg(effects.value order by effects.context, effects.seed) filter (where effects.difference is not null) as mean,
    -- the geometric mean of ratios is 0 as soon as one of them is
    case
        when min(effects.ratio) > 0
            then exp(avg(ln(case when effects.ratio > 0 then effects.ratio end) order by effects.context, effects.seed))
        when min(effects.ratio) = 0 then 0
    end as ratio,
    stddev_samp(effects.ratio order by effects.context, effects.seed) as ratio_spread,
    avg(effects.difference order by effects.context, effects.seed) as difference,
    stddev_samp(effects.difference order by effects.context, effects.seed) as difference_spread,
    any_value(case when claim.situational then '*' else '' end || claim.expectation) as expected,
    tally(effects.reason) as note,
    any_value(method_mixtures.mixes) as mixes
from effects
left join claim using (experiment, method, measure)
left join method_mixtures using (experiment, method)
group by effects.experiment, effects.method, effects.baseline, effects.measure, effects.unit, effects.better;
comment on view method_effects is 'every method beside its baseline, over all contexts and seeds, one row per measure';
comment on column method_effects.experiment is 'name of the experiment';
comment on column method_effects.method is 'name of the method';
comment on column method_effects.baseline is 'the method it is compared with';
comment on column method_effects.measure is 'name of the measure';
comment on column method_effects.unit is 'unit of the means and of the difference';
comment on column method_effects.better is 'lower or higher';
comment on column method_effects.pairs is 'pairs that were planned';
comment on column method_effects.n is 'pairs that means and difference rest on';
comment on column method_effects.ratio_n is 'pairs that the ratio rests on: a baseline of zero has none';
comment on column method_effects.baseline_mean is 'mean of the baseline over those pairs';
comment on column method_effects.mean is 'mean of the method over those pairs';
comment on column method_effects.ratio is 'geometric mean of the ratios of the pairs';
comment on column method_effects.ratio_spread is 'standard deviation of the ratios of the pairs; null for fewer than two';
comment on column method_effects.difference is 'mean difference of the pairs';
comment on column method_effects.difference_spread is 'standard deviation of the differences of the pairs; null for fewer than two';
comment on column method_effects.expected is 'reduces, increases or affects; an asterisk where that depends on the situation';
comment on column method_effects.mixes is 'what should be equal inside of pairs and is not';
comment on column method_effects.note is 'why pairs have no effect or no ratio, and how many';

create view own_effects as
select
    method_effects.experiment,
    method_effects.method,
    string_agg(
        concat(
            own_measure.measure,
            ' ',
            case own_measure.scale
                when 'ratio' then format('{:.3g}×', method_effects.ratio)
                else format('{:+.3g}', method_effects.difference)
            end
        ),
        ', '
        order by own_measure.position
    ) as effects
from method_effects
join own_measure using (experiment, measure)
where case own_measure.scale when 'ratio' then method_effects.ratio else method_effects.difference end is not null
group by method_effects.experiment, method_effects.method;
comment on view own_effects is 'the effects of every method on the measures that its experiment makes for itself, in one text';
comment on column own_effects.experiment is 'name of the experiment';
comment on column own_effects.method is 'name of the method';
comment on column own_effects.effects is 'each measure with its ratio (×) or its difference, in the order of the file';
