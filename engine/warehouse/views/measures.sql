-- What each experiment measures: what all do, and what its file adds.

create view experiment_measures as
select experiment.experiment, measure.*
from experiment
cross join measure
union all
select
    own_measure.experiment,
    own_measure.measure,
    -- behind those that every experiment has
    (select count(*) from measure) + own_measure.position,
    own_measure.* exclude (experiment, measure, position)
from own_measure;
comment on view experiment_measures is 'the measures of every experiment: those that all have, and its own';
comment on column experiment_measures.experiment is 'name of the experiment';
comment on column experiment_measures.measure is 'name of the measure';
comment on column experiment_measures.position is 'place in tables, from 0';
comment on column experiment_measures.metric is 'the metric it is read from; empty for the cost, which is computed from prices';
comment on column experiment_measures.unit is 'unit of its numbers';
comment on column experiment_measures.better is 'lower or higher';
comment on column experiment_measures.over_ranks is 'what ranks come to that record it each for itself; first: rank 0 speaks for the trial';
comment on column experiment_measures.meaning is 'what it says, in words';
comment on column experiment_measures.scale is 'how an effect on it is told: ratio or difference';
comment on column experiment_measures.margin is 'the largest effect that counts as none where nothing else is said';
comment on column experiment_measures.over_sessions is 'sum, last or rate: what the sessions of an interrupted trial come to';

create macro measures_of(wanted) as (
    select list(measure order by position) from experiment_measures where experiment_measures.experiment = wanted
);
comment on macro measures_of is 'names of the measures of an experiment; null where there is none of that name';

create view own_trial_measures as
with of_rank as (
    select
        standing.experiment,
        standing.position,
        standing.trial,
        own_measure.measure,
        own_measure.over_ranks,
        session_sums.rank,
        coalesce(attempt.world_size, 1) as world_size,
        over_sessions(own_measure.over_sessions, session_sums.last, session_sums.total, session_sums.rate) as value
    from standing
    join own_measure using (experiment)
    join attempt using (attempt_key)
    join session_sums on (session_sums.attempt_key, session_sums.name) = (standing.attempt_key, own_measure.metric)
    where standing.state = 'completed' and (own_measure.over_sessions <> 'last' or session_sums.last is not null)
)
select
    experiment,
    position,
    trial,
    measure,
    finite(value) as value,
    coalesce(not isfinite(value), false) as not_finite
from (
    select
        experiment,
        position,
        trial,
        measure,
        -- where only the first rank records it, it speaks for the trial; where some do and some do not, nobody knows
        case
            when max(rank) = 0 and over_ranks <> 'sum' then max(value)
            when count(value) < any_value(world_size) then null
            when over_ranks = 'max' then max(value)
            when over_ranks = 'mean' then avg(value order by rank)
            else sum(value order by rank)
        end as value
    from of_rank
    group by experiment, position, trial, measure, over_ranks
);
comment on view own_trial_measures is 'the measures that an experiment makes for itself, of its completed trials';
comment on column own_trial_measures.experiment is 'name of the experiment';
comment on column own_trial_measures.position is 'place in the plan';
comment on column own_trial_measures.trial is 'id of the trial';
comment on column own_trial_measures.measure is 'name of the measure';
comment on column own_trial_measures.value is 'its value, in the unit of the measure; null where it is unknown or not finite';
comment on column own_trial_measures.not_finite is 'whether it came out as NaN or infinite';
