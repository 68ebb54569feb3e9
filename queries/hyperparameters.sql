-- With which settings was each method trained?
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- column setting     text     -     name of the setting
-- column value       text     -     its value, schedule or searched where a search decides; empty where it is unset
-- column methods     text     -     methods with that value, or all
-- column trials      integer  -     trials with that value
-- column effective   text     -     what was read back from the running engine, where that was done

with
    used as (
        select
            standing.method,
            setting.name,
            setting.value,
            min(standing.position) as position,
            count(*) as trials,
            list(effective_setting.value) filter (where effective_setting.value is not null) as effective
        from standing
        join setting using (trial)
        left join
            effective_setting
            on (effective_setting.attempt_key, effective_setting.rank, effective_setting.name)
            = (standing.attempt_key, 0, setting.name)
        where standing.experiment = chosen($experiment)
        group by standing.method, setting.name, setting.value
    ),
    choice as (
        -- what a search looks for is a setting of its own method only
        select
            name,
            count(distinct coalesce(value, '')) = 1
            and count(distinct method) = (select count(distinct method) from used) as same
        from used
        group by name
    )
select
    used.name as setting,
    used.value,
    case when choice.same then 'all' else string_agg(used.method, ', ' order by used.position) end as methods,
    sum(used.trials)::bigint as trials,
    nullif(array_to_string(list_sort(list_distinct(flatten(list(used.effective)))), ', '), '') as effective
from used
join choice using (name)
group by used.name, used.value, choice.same
order by choice.same, used.name, min(used.position)
