-- How was it measured?
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- column subject     text     -     what was measured: energy, memory, rouge, …
-- column name        text     -     what is stated about it
-- column value       text     -     the statement; a number to six digits
-- column unit        text     -     its unit, where it is a number with one
-- column trials      integer  -     trials for which it holds
-- column note        text     -     of the quality of an energy that counts nowhere, the reason

with
    statement as (
        select
            position,
            subject,
            name,
            case when number is not null and unit is not null then format('{:.6g}', number) else value end as value,
            unit,
            place
        from facts
        where experiment = chosen($experiment) and section = 'measurement'
    ),
    doubt as (
        select
            position,
            any_value(value) filter (where name = 'quality') as quality,
            any_value(value) filter (where name = 'invalid_energy_consumed') as reason,
            any_value(value) filter (where name = 'cpu') as cpu
        from statement
        where subject = 'energy'
        group by position
    )
select
    subject,
    name,
    value,
    any_value(unit) as unit,
    count(*) as trials,
    tally(
        case
            when (subject, name) <> ('energy', 'quality') or quality not in ('unavailable', 'invalid')
            then null
            when reason is null and cpu = 'not measured'
            then 'the power of the processor cannot be read'
            else coalesce(reason, 'no reason was recorded')
        end
    ) as note
from statement
left join doubt using (position)
group by subject, name, value
order by subject, min(place), trials desc, value
