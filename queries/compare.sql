-- What is different between two trials, or between two methods?
--
-- Settings, facts and metrics that are not the same on both sides. A method is all its trials: of numbers the mean is
-- shown, of anything else every value that occurs.
--
-- param  experiment  text    null  name of the experiment; unset, the one that was planned last
-- param  one         text    null  a method, a trial's id or its label; unset, the baseline
-- param  other       text    null  the same; unset, the first method that is not the baseline
-- column section     text    -     setting, metric, or the section of a fact
-- column name        text    -     what is different
-- column one         text    -     on the one side
-- column other       text    -     on the other side
-- column ratio       double  ×     of numbers, the other divided by the one
-- column unit        text    -     their unit

with
    side as (
        select
            'one' as side,
            coalesce($one, (select baseline from experiment where experiment = chosen($experiment))) as wanted
        union all
        select
            'other',
            coalesce(
                $other,
                (
                    select arg_min(method, position)
                    from standing
                    where experiment = chosen($experiment) and method <> baseline
                )
            )
    ),
    member as (
        select side.side, standing.trial, standing.attempt_key
        from side
        join
            standing
            on standing.experiment = chosen($experiment)
            and side.wanted in (standing.method, standing.trial, standing.label)
    ),
    said as (
        select side, 'setting' as section, name, coalesce(value, 'unset') as value, null::double as number, null as unit
        from member
        join setting using (trial)
        union all
        select side, section, concat_ws(' ', nullif(subject, ''), name), value, null, unit
        from member
        join fact using (attempt_key)
        union all
        select side, 'metric', metric_name.name, null, finite(latest.value), metric_name.unit
        from member
        join latest using (attempt_key)
        join metric_name using (name_id)
        where latest.rank = 0
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
    coalesce(one.unit, other.unit) as unit
from (from told where side = 'one') as one
full join (from told where side = 'other') as other using (section, name)
where
    (one.texts, one.number) is distinct from (other.texts, other.number)
    and case
        when (select count(distinct side) from member) = 2 or (select count(*) from standing) = 0
        then true
        else
            error(
                concat(
                    'there is no method and no trial ''',
                    (select string_agg(wanted, ''', ''') from side where side not in (select side from member)),
                    ''''
                )
            )
    end
order by list_position(['setting', 'environment', 'model', 'dataset', 'measurement', 'metric'], section), name
