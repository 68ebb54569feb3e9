-- Which claims does the evidence support?
--
-- param  experiment     text     null  name of the experiment; unset, the one that was planned last
-- column method         text     -     the method the claim is about
-- column measure        text     -     what it is expected to change
-- column expected       text     -     reduces, increases or affects; an asterisk where it depends on the situation
-- column verdict        text     -     supported, refuted, inconclusive, mixed or not measured
-- column effect         double   -     geometric mean of ratios, or mean difference, of the method to its baseline
-- column effect_low     double   -     lower end of its interval
-- column effect_high    double   -     upper end of its interval
-- column unit           text     -     unit of the effect: × for a ratio, Δ before the unit of a difference
-- column n              integer  -     pairs of trials that it rests on
-- column planned_pairs  integer  -     pairs that were planned
-- column p              double   1     p-value, corrected for all tests of the experiment
-- column margin         double   1     largest effect that counts as none
-- column confidence     double   %     how often the interval should hold the true effect
-- column declared       text     -     before or after the first of its trials began
-- column mixes          text     -     what should be equal inside of pairs and is not: machine, libraries, data
-- column note           text     -     what else has to be known of it

select
    verdicts.method,
    verdicts.measure,
    case when verdicts.situational then '*' else '' end || verdicts.expectation as expected,
    verdicts.verdict,
    verdicts.effect,
    verdicts.low as effect_low,
    verdicts.high as effect_high,
    case when verdicts.scale = 'ratio' then '×' else 'Δ' || verdicts.unit end as unit,
    verdicts.n,
    verdicts.pairs as planned_pairs,
    verdicts.p,
    verdicts.margin,
    100 * verdicts.confidence as confidence,
    case when verdicts.declared_before then 'before' else 'after' end as declared,
    verdicts.mixes,
    verdicts.note
from verdicts
join experiment_measures as measure using (experiment, measure)
left join method using (experiment, method)
where verdicts.experiment = chosen($experiment)
order by method.position, measure.position
