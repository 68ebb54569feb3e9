-- Which schedule has a search found, and who went on from whom?
--
-- param  experiment  text     null   name of the experiment; unset, the one that was planned last
-- param  all         boolean  false  every member of the population, not only those that the best model comes from
-- column label       text     -      name of the search
-- column generation  integer  -      number of the generation, from 1; grid and random searches have one
-- column member      integer  -      number of the member, from 0
-- column action      text     -      start, continue or exploit
-- column donor       integer  -      the member whose checkpoint it went on from, where it exploits
-- column from_step   integer  -      optimizer step that it began behind
-- column to_step     integer  -      optimizer step that it ended behind
-- column schedule    text     -      the settings of these steps
-- column operations  text     -      how they came about, where they changed
-- column score       double   -      metric of the search on the validation split, at the end
-- column best        boolean  -      whether the best model comes from it
-- column training    text     -      the trial that trained for it

with
    latest_attempts as (select trial, max(attempt) as attempt from pbt group by trial),
    brief as (
        select pbt.*, format('{:.3g}', pbt.number) as digits from pbt join latest_attempts using (trial, attempt)
    ),
    spelled as (
        select
            brief.*,
            -- in full where others of the search would look the same
            case when min(number) over alike = max(number) over alike then digits else value end as told
        from brief
        window alike as (partition by trial, name, digits)
    )
select
    standing.label,
    spelled.generation,
    spelled.member,
    any_value(spelled.action) as action,
    any_value(spelled.donor) as donor,
    any_value(spelled.from_step) as from_step,
    any_value(spelled.to_step) as to_step,
    string_agg(spelled.name || ' = ' || spelled.told, ', ' order by spelled.name) as schedule,
    string_agg(spelled.name || ' ' || spelled.operation, ', ' order by spelled.name) as operations,
    any_value(spelled.score) as score,
    any_value(spelled.best) as best,
    any_value(spelled.training) as training
from standing
join spelled using (trial)
where standing.experiment = chosen($experiment) and (spelled.best or $all)
group by standing.position, standing.label, spelled.generation, spelled.member
order by standing.position, spelled.generation, spelled.member
