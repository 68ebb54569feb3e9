-- On what machine and with what software did the experiment run?
--
-- param  experiment  text  null  name of the experiment; unset, the one that was planned last
-- column name        text  -     what is stated
-- column value       text  -     the value that holds for most trials; unknown where nothing could tell
-- column unit        text  -     its unit, where it is a number with one
-- column note        text  -     other values, where the trials do not agree

select
    name,
    coalesce(arg_max(value, (trials, - place)), 'unknown') as value,
    any_value(unit) as unit,
    case
        when count(*) > 1
        then
            string_agg(
                format('{}: {} of {} trials', coalesce(value, 'unknown'), trials, total),
                ', '
                order by trials desc, place
            )
    end as note
from
    (
        select name, value, unit, trials, place, sum(trials) over (partition by name) as total
        from environment
        where experiment = chosen($experiment)
    )
group by name
order by min(place)
