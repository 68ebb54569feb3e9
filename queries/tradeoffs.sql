-- What does each method cost and buy, compared with the baseline?
--
-- Ratios to the baseline's trial of the same context and seed: geometric mean and spread over the pairs.
--
-- param  experiment        text     null  name of the experiment; unset, the one that was planned last
-- column method            text     -     name of the method
-- column n                 integer  -     pairs of trials that both completed; of a baseline, its completed trials
-- column memory            double   ×     peak memory of the training phase, all ranks
-- column memory_spread     double   ×     its standard deviation over the pairs
-- column speed             double   ×     training speed after warm-up
-- column speed_spread      double   ×     its standard deviation over the pairs
-- column runtime           double   ×     time from the first to the last training step
-- column runtime_spread    double   ×     its standard deviation over the pairs
-- column accuracy          double   ×     ROUGE-1 on the test split
-- column accuracy_spread   double   ×     its standard deviation over the pairs
-- column loss              double   ×     loss on the validation split
-- column loss_spread       double   ×     its standard deviation over the pairs
-- column energy            double   ×     energy of the machine over the attempt
-- column energy_spread     double   ×     its standard deviation over the pairs
-- column own               text     -     effects on the measures that the experiment makes for itself, ratios with ×
-- column mixes             text     -     what should be equal inside of pairs and is not: machine, libraries, data
-- column note              text     -     trials that did not complete, and measures with fewer pairs

with
    arm as (
        select
            arm.method,
            min(arm.position) as position,
            case when arm.method = any_value(arm.baseline) then 'the baseline itself' end as role,
            count(*) filter (where arm.state = 'completed' and base.state = 'completed') as n,
            count(*) filter (where arm.state = 'completed') as completed,
            tally(case when arm.state <> 'completed' then arm.state end) as states
        from trials as arm
        left join
            trials as base
            on (base.experiment, base.method, base.context, base.seed)
            = (arm.experiment, arm.baseline, arm.context, arm.seed)
        where arm.experiment = chosen($experiment)
        group by arm.method
    ),
    compared as (
        select method, baseline, measure, ratio_n as n, ratio, ratio_spread, mixes
        from method_effects
        where experiment = chosen($experiment)
    ),
    effect as (
        select method, measure, n, ratio, ratio_spread, mixes
        from compared
        union all
        -- the baseline itself: once, where something was compared with it
        select distinct baseline, measure, null, 1, null, null
        from compared
        where n > 0
    )
select
    arm.method,
    -- one of several baselines meets no trial of another one
    if(arm.n = 0 and bool_or(effect.n is null and ratio = 1), arm.completed, arm.n) as n,
    max(ratio) filter (where measure = 'memory') as memory,
    max(ratio_spread) filter (where measure = 'memory') as memory_spread,
    max(ratio) filter (where measure = 'speed') as speed,
    max(ratio_spread) filter (where measure = 'speed') as speed_spread,
    max(ratio) filter (where measure = 'runtime') as runtime,
    max(ratio_spread) filter (where measure = 'runtime') as runtime_spread,
    max(ratio) filter (where measure = 'accuracy') as accuracy,
    max(ratio_spread) filter (where measure = 'accuracy') as accuracy_spread,
    max(ratio) filter (where measure = 'loss') as loss,
    max(ratio_spread) filter (where measure = 'loss') as loss_spread,
    max(ratio) filter (where measure = 'energy') as energy,
    max(ratio_spread) filter (where measure = 'energy') as energy_spread,
    any_value(own_effects.effects) as own,
    any_value(effect.mixes) as mixes,
    nullif(
        concat_ws(
            '; ',
            arm.role,
            arm.states,
            string_agg(measure || ': ' || effect.n || ' of ' || arm.n, ', ') filter (where effect.n < arm.n)
        ),
        ''
    ) as note
from arm
left join effect using (method)
left join own_effects on (own_effects.experiment, own_effects.method) = (chosen($experiment), arm.method)
group by arm.method, arm.n, arm.completed, arm.role, arm.states, arm.position
order by arm.position
