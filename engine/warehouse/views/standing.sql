-- Planned trials, and the attempt that speaks for each.

create view standing as
with best as (
    select
        trial,
        -- the last completed attempt speaks for a trial, the last one of all where none was completed
        arg_max(attempt_key, (case when state = 'completed' then 1000000 else 0 end) + attempt) as attempt_key,
        count(*) as attempts,
        sum(worked) as total_seconds
    from attempt_states
    group by trial
)
select
    experiment_trial.*,
    best.attempt_key,
    coalesce(attempt_states.state, 'pending') as state,
    coalesce(best.attempts, 0) as attempts,
    best.total_seconds
from experiment_trial
left join best using (trial)
left join attempt_states using (attempt_key);
comment on view standing is 'every planned trial with the attempt that speaks for it';
comment on column standing.experiment is 'name of the experiment';
comment on column standing.position is 'place in the plan, from 0';
comment on column standing.trial is 'id of the trial: a hash of everything that can change its result';
comment on column standing.run_order is 'place in the randomised order of the run, from 0';
comment on column standing.method is 'name of the method';
comment on column standing.baseline is 'the method it is compared with';
comment on column standing.label is 'name for people';
comment on column standing.model is 'name of the model in the file';
comment on column standing.dataset is 'name of the data set in the file';
comment on column standing.axes is 'the other axes and their values, as in batch_size=8, zero.stage=2';
comment on column standing.variant is 'axes and their values, the seed left out';
comment on column standing.context is 'the variant without the method: equal for trials that can be compared';
comment on column standing.seed is 'seed of every random choice';
comment on column standing.attempt_key is 'the last completed attempt, or the last one where none was completed';
comment on column standing.state is 'state of that attempt; pending where there is none';
comment on column standing.attempts is 'attempts so far';
comment on column standing.total_seconds is 'time that all its attempts took of the machine together, s';
