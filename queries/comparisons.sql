-- What is compared with what, and what is expected of it?
--
-- param  experiment   text     null  name of the experiment; unset, the one that was planned last
-- column method       text     -     name of the method
-- column description  text     -     what it does
-- column baseline     text     -     method that it is compared with; empty for that one itself
-- column settings     text     -     settings that differ from the baseline's
-- column claims       text     -     expected effects; an asterisk where they depend on the situation
-- column trials       integer  -     trials
-- column states       text     -     trials in each state
-- column mixes        text     -     what should be equal inside of pairs and is not: machine, libraries, data

with
    arm as (
        select method, baseline, min(position) as position, count(*) as trials, tally(state) as states
        from trials
        where experiment = chosen($experiment)
        group by method, baseline
    ),
    own as (
        select distinct trials.method, setting.name, setting.value
        from trials
        join setting using (trial)
        where experiment = chosen($experiment)
    ),
    changed as (
        -- what some trial of the method is set to, and no trial of its baseline is
        select
            arm.method, string_agg(own.name || '=' || coalesce(own.value, 'unset'), ', ' order by own.name) as settings
        from arm
        join own using (method)
        anti join
            own as base
            on base.method = arm.baseline
            and base.name = own.name
            and base.value is not distinct from own.value
        where
            exists (from own as any_base where any_base.method = arm.baseline)
            -- a table that is set brings its other keys along, and those that move nothing anywhere say nothing
            and own.value is distinct from 'none'
        group by arm.method
    ),
    expected as (
        select
            method,
            string_agg(
                measure || ' ' || case when situational then '*' else '' end || expectation, ', ' order by position
            ) as claims
        from claim
        join experiment_measures as measure using (experiment, measure)
        where experiment = chosen($experiment)
        group by method
    )
select
    arm.method,
    method.description,
    nullif(arm.baseline, arm.method) as baseline,
    changed.settings,
    expected.claims,
    arm.trials,
    arm.states,
    method_mixtures.mixes
from arm
left join method on (method.experiment, method.method) = (chosen($experiment), arm.method)
left join changed on changed.method = arm.method
left join expected on expected.method = arm.method
left join method_mixtures on (method_mixtures.experiment, method_mixtures.method) = (chosen($experiment), arm.method)
order by arm.position
