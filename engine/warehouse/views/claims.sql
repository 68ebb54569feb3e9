-- Claims beside their evidence, and what it says of them. docs/claims.md tells the rules in words.

create view claim_pairs as
select
    claim.experiment,
    claim.method,
    claim.measure,
    effects.context,
    effects.seed,
    effects.trial,
    effects.baseline_trial,
    effects.effect,
    effects.reason,
    effects.mixes
from claim
join effects using (experiment, method, measure);
comment on view claim_pairs is 'the pairs of trials that a claim is tested on';
comment on column claim_pairs.experiment is 'name of the experiment';
comment on column claim_pairs.method is 'the method the claim is about';
comment on column claim_pairs.measure is 'the measure the claim is about';
comment on column claim_pairs.context is 'what both trials have in common';
comment on column claim_pairs.seed is 'seed of both trials';
comment on column claim_pairs.trial is 'id of the method''s trial';
comment on column claim_pairs.baseline_trial is 'id of the baseline''s trial';
comment on column claim_pairs.effect is 'logarithm of the ratio, or the difference in the unit of the measure';
comment on column claim_pairs.reason is 'why there is none';
comment on column claim_pairs.mixes is 'what should be equal of both trials and is not';

create view claim_tests as
with sample as (
    -- a claim that depends on the situation is tested in each, any other over all of them
    select
        claim_pairs.experiment,
        claim_pairs.method,
        claim_pairs.measure,
        case when claim.situational then claim_pairs.context end as context,
        count(*) as pairs,
        count(claim_pairs.effect) as n,
        avg(claim_pairs.effect order by claim_pairs.context, claim_pairs.seed) as mean,
        stddev_samp(claim_pairs.effect order by claim_pairs.context, claim_pairs.seed) as sd,
        tally(claim_pairs.reason) as missing,
        flatten(list(string_split(claim_pairs.mixes, ', ')) filter (where claim_pairs.effect is not null)) as mixes
    from claim_pairs
    join claim using (experiment, method, measure)
    group by
        claim_pairs.experiment,
        claim_pairs.method,
        claim_pairs.measure,
        case when claim.situational then claim_pairs.context end
),
tested as (
    select
        sample.*,
        claim.expectation,
        claim.scale,
        case claim.scale when 'ratio' then ln(1 + claim.margin) else claim.margin end as margin,
        experiment.confidence,
        experiment.correction,
        t_half_width(experiment.confidence, sample.sd, sample.n) as half,
        t_test(sample.mean, sample.sd, sample.n) as p
    from sample
    join claim using (experiment, method, measure)
    join experiment using (experiment)
),
ranked as (
    select
        *,
        count(p) over (partition by experiment) as tests,
        row_number() over (partition by experiment order by p nulls last, method, measure, context) as place
    from tested
),
corrected as (
    select
        *,
        case
            when p is null then null
            when correction = 'none' then p
            else least(1, max((tests - place + 1) * p) over (
                partition by experiment order by place rows between unbounded preceding and current row
            ))
        end as p_corrected,
        -- what an interval of this claim alone would need to exclude no effect, at its place in Holm's order
        1 - (1 - confidence) / case when correction = 'none' then 1 else tests - place + 1 end as confidence_corrected
    from ranked
)
select
    experiment,
    method,
    measure,
    context,
    expectation,
    scale,
    case
        when n = 0 then 'not measured'
        when n < 2 then 'inconclusive'
        when mean - half >= -margin and mean + half <= margin then 'refuted'
        when p_corrected > 1 - confidence then 'inconclusive'
        when expectation = 'affects' or (expectation = 'increases') = (mean > 0) then 'supported'
        else 'refuted'
    end as verdict,
    coalesce(n >= 2 and mean - half >= -margin and mean + half <= margin, false) as no_effect,
    case scale when 'ratio' then exp(mean) else mean end as effect,
    case scale when 'ratio' then exp(mean - half) else mean - half end as low,
    case scale when 'ratio' then exp(mean + half) else mean + half end as high,
    p,
    p_corrected,
    n,
    pairs,
    missing,
    -- as many as make the corrected test see the effect, or the interval fit into the margin, whichever is less
    case
        when n >= 2 and sd > 0 then least(
            t_further(confidence_corrected, sd, n, abs(mean)),
            case when abs(mean) < margin then t_further(confidence, sd, n, margin - abs(mean)) end
        )
        when n < 2 then 2 - n
    end as more,
    list_sort(list_distinct(mixes)) as mixes
from corrected;
comment on view claim_tests is 'the test of each claim: one row, or one for each context where it depends on the situation';
comment on column claim_tests.experiment is 'name of the experiment';
comment on column claim_tests.method is 'the method the claim is about';
comment on column claim_tests.measure is 'the measure the claim is about';
comment on column claim_tests.context is 'the situation; null for a claim that is made of all';
comment on column claim_tests.expectation is 'reduces, increases or affects';
comment on column claim_tests.scale is 'ratio or difference';
comment on column claim_tests.verdict is 'supported, refuted, inconclusive or not measured';
comment on column claim_tests.no_effect is 'whether the whole interval lies within the margin';
comment on column claim_tests.effect is 'geometric mean of ratios, or mean difference in the unit of the measure';
comment on column claim_tests.low is 'lower end of its interval, in the unit of the effect; null for fewer than two pairs';
comment on column claim_tests.high is 'upper end of its interval, in the unit of the effect; null for fewer than two pairs';
comment on column claim_tests.p is 'two-sided p-value of the paired t-test against no effect, 0 to 1';
comment on column claim_tests.p_corrected is 'the same, corrected for all tests of the experiment, 0 to 1';
comment on column claim_tests.n is 'pairs that the test rests on';
comment on column claim_tests.pairs is 'pairs that were planned';
comment on column claim_tests.missing is 'why pairs have no effect, and how many';
comment on column claim_tests.mixes is 'what should be equal inside of pairs and is not: machine, libraries, data, ways of measuring';
comment on column claim_tests.more is 'further pairs that would about do, if the spread stays what it is';

create view verdicts as
with evidence as (
    -- the trials of its pairs, without their effects: to work those out again would take as long as the tests
    select used.experiment, used.method, used.measure, min(attempt.started) as began
    from (
        select claim.experiment, claim.method, claim.measure, unnest([arm.trial, base.trial]) as trial
        from claim
        join experiment_trial as arm using (experiment, method)
        left join experiment_trial as base
            on (base.experiment, base.method, base.context, base.seed)
                = (arm.experiment, arm.baseline, arm.context, arm.seed)
    ) as used
    join attempt using (trial)
    group by used.experiment, used.method, used.measure
),
judged as (
    select
        experiment,
        method,
        measure,
        count(*) as contexts,
        count(*) filter (where verdict = 'supported') as supported,
        count(*) filter (where verdict = 'refuted') as refuted,
        count(*) filter (where verdict = 'inconclusive') as open,
        bool_and(no_effect) as no_effect,
        case when count(*) = 1 then any_value(effect) end as effect,
        case when count(*) = 1 then any_value(low) end as low,
        case when count(*) = 1 then any_value(high) end as high,
        min(p_corrected) as p,
        sum(n)::bigint as n,
        sum(pairs)::bigint as pairs,
        max(more) filter (where verdict = 'inconclusive') as more,
        string_agg(missing, ', ' order by context) as missing,
        nullif(array_to_string(list_sort(list_distinct(flatten(list(mixes)))), ', '), '') as mixes
    from claim_tests
    group by experiment, method, measure
)
select
    claim.experiment,
    claim.method,
    claim.measure,
    claim.baseline,
    claim.expectation,
    claim.situational,
    case
        when judged.supported > 0 and judged.refuted > 0 then 'mixed'
        when judged.supported > 0 then 'supported'
        when judged.open > 0 then 'inconclusive'
        when judged.refuted > 0 then 'refuted'
        else 'not measured'
    end as verdict,
    coalesce(judged.contexts, 0) as contexts,
    coalesce(judged.supported, 0) as supported,
    coalesce(judged.refuted, 0) as refuted,
    claim.scale,
    measure.unit,
    judged.effect,
    judged.low,
    judged.high,
    judged.p,
    coalesce(judged.n, 0) as n,
    coalesce(judged.pairs, 0) as pairs,
    claim.margin,
    experiment.confidence,
    declaration.declared,
    coalesce(declaration.declared <= evidence.began, evidence.began is null) as declared_before,
    nullif(concat_ws(
        '; ',
        case when judged.no_effect and judged.refuted > 0 then 'no effect beyond the margin' end,
        case when claim.situational and judged.contexts = 1 then 'one context only' end,
        case
            when claim.situational and judged.contexts > 1
                then concat('supported in ', judged.supported, ' of ', judged.contexts, ' contexts')
        end,
        judged.missing,
        case when judged.open > 0 and judged.more is not null then concat('about ', judged.more, ' more pair', case when judged.more > 1 then 's' else '' end, ' needed') end,
        'pairs differ in ' || judged.mixes
    ), '') as note,
    judged.mixes
from claim
join experiment using (experiment)
join experiment_measures as measure using (experiment, measure)
left join judged using (experiment, method, measure)
left join evidence using (experiment, method, measure)
left join declaration using (experiment, claim_hash);
comment on view verdicts is 'every claim of every experiment, and what its evidence says of it';
comment on column verdicts.experiment is 'name of the experiment';
comment on column verdicts.method is 'the method the claim is about';
comment on column verdicts.measure is 'the measure the claim is about';
comment on column verdicts.baseline is 'the method it is compared with';
comment on column verdicts.expectation is 'reduces, increases or affects';
comment on column verdicts.situational is 'whether it is expected in some situations only';
comment on column verdicts.verdict is 'supported, refuted, inconclusive, mixed or not measured';
comment on column verdicts.contexts is 'situations that it was tested in; 1 for a claim that is made of all together';
comment on column verdicts.supported is 'situations that support it';
comment on column verdicts.refuted is 'situations that refute it';
comment on column verdicts.scale is 'ratio: method over baseline; difference: method minus baseline';
comment on column verdicts.unit is 'unit of the measure, and of a difference';
comment on column verdicts.effect is 'the effect; null where there is one for each of several situations';
comment on column verdicts.low is 'lower end of its interval';
comment on column verdicts.high is 'upper end of its interval';
comment on column verdicts.p is 'p-value, corrected for all tests of the experiment; the smallest of several situations';
comment on column verdicts.n is 'pairs of trials that it rests on';
comment on column verdicts.pairs is 'pairs that were planned';
comment on column verdicts.margin is 'the largest effect that counts as none';
comment on column verdicts.confidence is 'how often the interval should hold the true effect';
comment on column verdicts.declared is 'when the claim was first planned, word for word';
comment on column verdicts.declared_before is 'whether that was before the first attempt at any of its trials';
comment on column verdicts.mixes is 'what should be equal inside of pairs and is not';
comment on column verdicts.note is 'what else has to be known of it';
