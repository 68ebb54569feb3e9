-- On what machine and with what software did the experiment run?
--
-- param  experiment  text  null  name of the experiment; unset, the one that was planned last
-- column name        text  -     what is stated
-- column value       text  -     the value that holds for most trials
-- column unit        text  -     its unit, where it is a number with one
-- column note        text  -     other values, where the trials do not agree

select
    name,
    arg_max(value, (trials, -place)) as value,
    any_value(unit) as unit,
    case
        when count(*) > 1 then string_agg(
            format('{}: {} of {} trials', coalesce(value, 'none'), trials, total), ', ' order by trials desc, place
        )
    end as note
from (
    select name, value, unit, trials, place, sum(trials) over (partition by name) as total
    from environment
    where experiment = chosen($experiment)
)
group by name
-- what no machine could tell is left out
having count(value) > 0
order by min(place)
