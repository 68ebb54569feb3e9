-- What attempts and trials cost, by tariff.

create view attempt_costs as
with machine as (
    select
        attempt_key,
        any_value(value) filter (where name = 'device') as device,
        any_value(number) filter (where name = 'gpu_count') as gpu_count
    from fact
    where (section, subject) = ('environment', '') and name in ('device', 'gpu_count')
    group by attempt_key
),
used as (
    select
        attempt_states.attempt_key,
        attempt_states.trial,
        attempt_states.state,
        attempt_states.worked,
        -- each rank has a GPU to itself, where it computes on any: a machine may have some that it does not use
        case
            when machine.device = 'cpu' or machine.gpu_count = 0 then 0
            when machine.device is not null or machine.gpu_count > 0 then attempt.world_size
        end as gpus
    from attempt_states
    join attempt using (attempt_key)
    left join machine on machine.attempt_key = attempt_states.attempt_key
),
judged as (
    select
        experiment_trial.experiment,
        experiment_trial.position,
        price.position as tariff_position,
        price.tariff,
        price.machine_hour,
        price.gpu_hour,
        used.*,
        case
            when used.state = 'running' then 'running'
            -- an engine that was killed left no end: the next one closed the attempt without knowing when
            when coalesce(used.worked, 0) = 0 then 'of unknown length'
            when price.gpu_hour is not null and used.gpus is null then 'with an unknown number of GPUs'
            when price.machine_hour is null and used.gpus = 0 then 'without a GPU'
        end as reason
    from experiment_trial
    join price using (experiment)
    join used using (trial)
)
select
    experiment,
    position,
    tariff_position,
    tariff,
    attempt_key,
    trial,
    case
        when reason is null
            then worked / 3600 * (coalesce(machine_hour, 0) + coalesce(gpu_hour * gpus, 0))
    end as cost,
    reason
from judged;
comment on view attempt_costs is 'what every attempt at a planned trial cost, also those that failed, one row per tariff';
comment on column attempt_costs.experiment is 'name of the experiment';
comment on column attempt_costs.position is 'place of the trial in the plan, from 0';
comment on column attempt_costs.tariff_position is 'place of the tariff in the file, from 0';
comment on column attempt_costs.tariff is 'name of the tariff';
comment on column attempt_costs.attempt_key is 'the attempt';
comment on column attempt_costs.trial is 'id of the trial';
comment on column attempt_costs.cost is 'its price, USD; null where it is unknown';
comment on column attempt_costs.reason is 'why it is unknown';

create view trial_costs as
select
    experiment,
    position,
    tariff_position,
    tariff,
    trial,
    sum(cost order by attempt_key) as known,
    -- a price that is unknown is not 0
    case when count(*) = count(cost) then sum(cost order by attempt_key) end as cost
from attempt_costs
group by experiment, position, tariff_position, tariff, trial;
comment on view trial_costs is 'what every planned trial cost so far, all its attempts added up, one row per tariff';
comment on column trial_costs.experiment is 'name of the experiment';
comment on column trial_costs.position is 'place in the plan, from 0';
comment on column trial_costs.tariff_position is 'place of the tariff in the file, from 0';
comment on column trial_costs.tariff is 'name of the tariff';
comment on column trial_costs.trial is 'id of the trial';
comment on column trial_costs.known is 'price of those of its attempts whose price is known, USD';
comment on column trial_costs.cost is 'price of all its attempts, USD; null where that of one is unknown';
