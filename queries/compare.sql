-- What is different between two trials, two attempts, or two methods?
--
-- Settings, facts and metrics that are not the same on both sides. A method is all its trials: of numbers the mean is
-- shown, of anything else every value that occurs; of two methods those trials count that both have under the same
-- conditions and with the same seed, where there are such. Trials and attempts may be those of any experiment.
--
-- param  experiment  text    null  name of the experiment; unset, the one that was planned last
-- param  one         text    null  a method, a trial's label or id, or an attempt as id/number; unset, the baseline
-- param  other       text    null  the same; unset, the first method that is not the baseline
-- param  all         boolean false  what is the same on both sides as well
-- column section     text    -     setting, metric, or the section of a fact
-- column name        text    -     what is different
-- column one         text    -     on the one side
-- column other       text    -     on the other side
-- column ratio       double  ×     of numbers, the other divided by the one
-- column unit        text    -     their unit
-- column mixes       text    -     said of what should be equal: machine, libraries, data, ways of measuring

with
    known as (
        select list(name) as names
        from
            (
                select unnest([method, label]) as name
                from standing
                where experiment = chosen($experiment)
                union
                select trial
                from standing
                union
                select concat(trial, '/', attempt)
                from attempt
            )
    ),
    asked as (
        select 'one' as side, coalesce($one, baseline) as wanted
        from experiment
        where experiment = chosen($experiment)
        union all
        select 'other', coalesce($other, arg_min(method, position) filter (where method <> baseline), '')
        from standing
        where experiment = chosen($experiment)
    ),
    side as (select side, one_of('method and no trial', wanted, names) as wanted from asked cross join known),
    member as (
        select side.side, standing.trial, standing.attempt_key, standing.context, standing.seed
        from side
        join
            standing
            on standing.experiment = chosen($experiment)
            and side.wanted in (standing.method, standing.label)
            or side.wanted = standing.trial
        union
        select side.side, attempt.trial, attempt.attempt_key, null, null
        from side
        join attempt on side.wanted = concat(attempt.trial, '/', attempt.attempt)
    ),
    shared as (
        select context, seed from member where seed is not null group by context, seed having count(distinct side) = 2
    ),
    counted as (from member where (context, seed) in (from shared) or not exists (from shared)),
    said as (
        select side, 'setting' as section, name, coalesce(value, 'unset') as value, null::double as number, null as unit
        from counted
        join setting using (trial)
        union all
        select side, section, name, value, number, unit
        from counted
        join statements using (attempt_key)
    ),
    told as (
        select
            side,
            section,
            name,
            string_agg(distinct value, ', ' order by value) as texts,
            avg(number order by number) as number,
            any_value(unit) as unit
        from said
        group by side, section, name
    )
select
    section,
    name,
    coalesce(one.texts, format('{:.6g}', one.number)) as one,
    coalesce(other.texts, format('{:.6g}', other.number)) as other,
    other.number / nullif(one.number, 0) as ratio,
    coalesce(one.unit, other.unit) as unit,
    case when guards.guard is not null then 'should be equal' end as mixes
from (from told where side = 'one') as one
full join (from told where side = 'other') as other using (section, name)
left join guards on guards.guard = concat(section, ' ', split_part(name, ' ', -1))
where $all or (one.texts, one.number) is distinct from (other.texts, other.number)
order by
    list_position(['setting', 'environment', 'package', 'model', 'dataset', 'measurement', 'metric'], section), name
