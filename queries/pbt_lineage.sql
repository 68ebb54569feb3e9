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

with latest_attempts as (select trial, max(attempt) as attempt from pbt group by trial)
select
    standing.label,
    pbt.generation,
    pbt.member,
    any_value(pbt.action) as action,
    any_value(pbt.donor) as donor,
    any_value(pbt.from_step) as from_step,
    any_value(pbt.to_step) as to_step,
    string_agg(
        pbt.name || ' = ' || coalesce(format('{:.3g}', pbt.number), pbt.value), ', ' order by pbt.name
    ) as schedule,
    string_agg(pbt.name || ' ' || pbt.operation, ', ' order by pbt.name) as operations,
    any_value(pbt.score) as score,
    any_value(pbt.best) as best,
    any_value(pbt.training) as training
from standing
join pbt using (trial)
join latest_attempts using (trial, attempt)
where standing.experiment = chosen($experiment) and (pbt.best or $all)
group by standing.position, standing.label, pbt.generation, pbt.member
order by standing.position, pbt.generation, pbt.member
