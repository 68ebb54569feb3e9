-- How was it measured?
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- column subject     text     -     what was measured: energy, memory, rouge, …
-- column name        text     -     what is stated about it
-- column value       text     -     the statement
-- column unit        text     -     its unit, where it is a number with one
-- column trials      integer  -     trials for which it holds

select
    subject,
    name,
    value,
    any_value(unit) as unit,
    count(*) as trials
from facts
where experiment = chosen($experiment)
    and section = 'measurement'
group by subject, name, value
order by subject, min(place), trials desc, value
