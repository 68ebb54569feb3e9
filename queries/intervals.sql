-- How large is the effect of each method on each measure, and how sure is that?
--
-- Pairs are those of claims: same seed, same value on every other axis. The interval is that of a paired t-test over
-- all of them, not corrected for their number.
--
-- param  experiment     text     null   name of the experiment; unset, the one that was planned last
-- param  claimed        boolean  false  only what methods claim
-- column method         text     -      name of the method
-- column measure        text     -      what is measured
-- column better         text     -      lower or higher
-- column effect         double   -      geometric mean of ratios, or mean difference, of the method to its baseline
-- column effect_low     double   -      lower end of its interval
-- column effect_high    double   -      upper end of its interval
-- column unit           text     -      unit of the effect: × for a ratio, Δ before the unit of a difference
-- column n              integer  -      pairs of trials that it rests on
-- column planned_pairs  integer  -      pairs that were planned
-- column margin         double   1      largest effect that counts as none
-- column confidence     double   %      how often the interval should hold the true effect
-- column expected       text     -      claimed effect; an asterisk where it depends on the situation
-- column verdict        text     -      what the evidence says of the claim
-- column note           text     -      why pairs have no effect

with
    sample as (
        select
            experiment,
            method,
            measure,
            any_value(scale) as scale,
            count(*) as pairs,
            count(effect) as n,
            avg(effect order by context, seed) as mean,
            stddev_samp(effect order by context, seed) as sd,
            tally(reason) as note
        from effects
        where experiment = chosen($experiment)
        group by experiment, method, measure
    ),
    spanned as (
        select sample.*, experiment.confidence, t_half_width(experiment.confidence, sample.sd, sample.n) as half
        from sample
        join experiment using (experiment)
    )
select
    spanned.method,
    spanned.measure,
    measure.better,
    case spanned.scale when 'ratio' then exp(mean) else mean end as effect,
    case spanned.scale when 'ratio' then exp(mean - half) else mean - half end as effect_low,
    case spanned.scale when 'ratio' then exp(mean + half) else mean + half end as effect_high,
    case spanned.scale when 'ratio' then '×' else 'Δ' || measure.unit end as unit,
    spanned.n,
    spanned.pairs as planned_pairs,
    coalesce(claim.margin, measure.margin) as margin,
    100 * spanned.confidence as confidence,
    case when claim.situational then '*' else '' end || claim.expectation as expected,
    verdicts.verdict,
    spanned.note
from spanned
join experiment_measures as measure using (experiment, measure)
left join claim using (experiment, method, measure)
left join verdicts using (experiment, method, measure)
left join method using (experiment, method)
where claim.expectation is not null or not $claimed
order by measure.position, method.position
