-- The memory of a rank, beside what the formulas of ZeRO say.

create view trial_memory as
with held as (
    -- the rank that holds most of each: another one may hold less, none holds more
    select
        attempt_key,
        finite(max(latest.value) filter (where name = 'parameter_memory')) as parameters,
        finite(max(latest.value) filter (where name = 'gradient_memory')) as gradients,
        finite(max(latest.value) filter (where name = 'optimizer_state_memory')) as optimizer_states,
        finite(max(latest.value) filter (where name = 'init_memory')) as init,
        finite(max(latest.value) filter (where name = 'train_peak_memory')) as peak,
        finite(max(latest.value) filter (where name = 'evaluate_peak_memory')) as evaluate_peak,
        finite(max(latest.value) filter (where name = 'predict_peak_memory')) as predict_peak
    from latest
    join metric_name using (name_id)
    group by attempt_key
),
size as (
    select
        attempt_key,
        max(number) filter (where name = 'parameters') as weights,
        max(number) filter (where name = 'trainable_parameters') as trained
    from fact
    where section = 'model'
    group by attempt_key
),
arrangement as (
    select
        trial,
        max(number) filter (where name = 'zero.stage') as stage,
        max(number) filter (where name = 'world_size') as ranks,
        max(value) filter (where name = 'precision') as precision,
        coalesce(bool_or(value = 'true') filter (where name = 'torch_autocast'), false) as torch_casts
    from setting
    group by trial
    -- what a search decides, theory does not know
    having
        not coalesce(
            bool_or(value = 'searched') filter (
                where name in ('zero.stage', 'world_size', 'precision', 'torch_autocast')
            ),
            false
        )
),
share as (
    select
        trial,
        stage,
        -- where torch casts what is computed, with DeepSpeed or without, weights and gradients stay in single precision
        case when stage is null or torch_casts or coalesce(precision, 'fp32') = 'fp32' then 4 else 2 end as width,
        case when stage >= 1 then ranks else 1 end as of_states,
        case when stage >= 2 then ranks else 1 end as of_gradients,
        case when stage >= 3 then ranks else 1 end as of_weights
    from arrangement
)
select
    standing.experiment,
    standing.position,
    standing.trial,
    share.stage,
    held.parameters,
    held.gradients,
    held.optimizer_states,
    size.weights * share.width / share.of_weights as parameters_in_theory,
    size.trained * share.width / share.of_gradients as gradients_in_theory,
    size.trained * (16 - 2 * share.width) / share.of_states as optimizer_states_in_theory,
    held.init,
    held.peak,
    held.evaluate_peak,
    held.predict_peak
from standing
left join held using (attempt_key)
left join size using (attempt_key)
left join share on share.trial = standing.trial
where standing.state = 'completed';
comment on view trial_memory is 'what a rank of every completed trial held, beside what AdamW and ZeRO need in theory (arXiv 1910.02054)';
comment on column trial_memory.experiment is 'name of the experiment';
comment on column trial_memory.position is 'place in the plan, from 0';
comment on column trial_memory.trial is 'id of the trial';
comment on column trial_memory.stage is 'stage of ZeRO, 0 to 3; null without it';
comment on column trial_memory.parameters is 'parameters that the fullest rank keeps after training, B';
comment on column trial_memory.gradients is 'gradients that the fullest rank holds before an optimizer step, B';
comment on column trial_memory.optimizer_states is 'optimizer states that the fullest rank keeps after training, B';
comment on column trial_memory.parameters_in_theory is 'a weight is 4 B, with DeepSpeed''s 16 bits 2 B; at stage 3 ranks share them, B';
comment on column trial_memory.gradients_in_theory is 'as large as the weights that are trained; from stage 2 on ranks share them, B';
comment on column trial_memory.optimizer_states_in_theory is 'two moments of 4 B, with 16 bits a weight of 4 B as well; from stage 1 on ranks share them, B';
comment on column trial_memory.init is 'what the rank that grew most grew by from before the model was built to the first step, B';
comment on column trial_memory.peak is 'peak of the training phase, of the rank that needed most, B';
comment on column trial_memory.evaluate_peak is 'the same of evaluations, B';
comment on column trial_memory.predict_peak is 'the same of predictions, B';
