-- Searches: members, their settings over the steps, and who went on from whom.

create view lineages as
with recursive lineage(attempt_key, generation, member) as (
    select member.attempt_key, member.generation, member.member
    from member
    join attempt using (attempt_key)
    where
        member.training = attempt.evidence ->> '$.best'
        and member.generation = (select max(own.generation) from member as own where own.attempt_key = member.attempt_key)
    union all
    select later.attempt_key, later.generation - 1, coalesce(later.donor, later.member)
    from lineage
    join member as later using (attempt_key, generation, member)
    where later.generation > 1
)
select distinct attempt_key, generation, member
from lineage;
comment on view lineages is 'the members that the best model of a search comes from, generation by generation';
comment on column lineages.attempt_key is 'the attempt at the search';
comment on column lineages.generation is 'number of the generation, from 1';
comment on column lineages.member is 'the member whose weights became the best model';

create view pbt as
select
    attempt.trial,
    attempt.attempt,
    attempt.experiment,
    member.generation,
    member.member,
    member.training,
    member.action,
    member.donor,
    member.checkpoint,
    member.from_step,
    member.to_step,
    member_setting.name,
    member_setting.value,
    member_setting.number,
    member_setting.operation,
    member.score,
    member.state,
    lineages.member is not null as best
from member
join attempt using (attempt_key)
join member_setting using (attempt_key, generation, member)
left join lineages using (attempt_key, generation, member)
order by attempt.trial, attempt.attempt, member.generation, member.member, member_setting.position;
comment on view pbt is 'schedule and lineage of searches: one row for each setting of each member in each generation';
comment on column pbt.trial is 'the search';
comment on column pbt.attempt is 'place among the attempts at the search';
comment on column pbt.experiment is 'name of the experiment';
comment on column pbt.generation is 'number of the generation, from 1';
comment on column pbt.member is 'number of the member, from 0';
comment on column pbt.training is 'the trial that trained for it';
comment on column pbt.action is 'start, continue or exploit';
comment on column pbt.donor is 'the member whose checkpoint it went on from, where it exploits';
comment on column pbt.checkpoint is 'the checkpoint that it went on from, relative to the results folder; null where it starts';
comment on column pbt.from_step is 'optimizer step that it began behind';
comment on column pbt.to_step is 'optimizer step that it ended behind; null where the training is counted in epochs';
comment on column pbt.name is 'dotted name of the setting';
comment on column pbt.value is 'its value as text';
comment on column pbt.number is 'its value where it is a number, in the unit of the setting';
comment on column pbt.operation is 'how it came about: resample, a factor, left or right; null where it is as it was';
comment on column pbt.score is 'metric of the member on the validation split at the end of the generation, in the unit of the metric';
comment on column pbt.state is 'how its training ended';
comment on column pbt.best is 'whether the best model of the search comes from it';
