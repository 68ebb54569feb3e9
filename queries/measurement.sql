-- How was it measured?
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- column subject     text     -     what was measured: energy, memory, rouge, …
-- column name        text     -     what is stated about it
-- column value       text     -     the statement; a number to six digits
-- column unit        text     -     its unit, where it is a number with one
-- column trials      integer  -     trials for which it holds

with
    statement as (
        select
            subject,
            name,
            case when number is not null and unit is not null then format('{:.6g}', number) else value end as value,
            unit,
            place
        from facts
        where experiment = chosen($experiment) and section = 'measurement'
    )
select subject, name, value, any_value(unit) as unit, count(*) as trials
from statement
group by subject, name, value
order by subject, min(place), trials desc, value
