-- Trials, one row each.

create view trials as
select
    standing.experiment,
    standing.position,
    standing.attempt_key,
    standing.trial,
    standing.label,
    standing.method,
    standing.baseline,
    standing.model,
    standing.dataset,
    standing.axes,
    standing.seed,
    standing.variant,
    standing.context,
    standing.state,
    standing.attempts,
    attempt.attempt,
    attempt.reason,
    contention.contended,
    attempt.world_size,
    attempt.launch,
    attempt.started,
    attempt.ended,
    attempt.seconds,
    standing.total_seconds,
    numbers.* exclude (attempt_key),
    -- of a run of ours it is a fact of its training, of one that was imported a fact of the import
    (
        select max(fact.number)
        from fact
        where fact.attempt_key = numbers.attempt_key and (fact.section, fact.name) = ('measurement', 'skipped_steps')
    )::bigint as skipped_steps,
    case when standing.state = 'completed' then trial_costs.cost end as cost
from standing
left join attempt on attempt.attempt_key = standing.attempt_key
left join contention on contention.attempt_key = standing.attempt_key
left join attempt_numbers as numbers on numbers.attempt_key = standing.attempt_key and standing.state = 'completed'
left join trial_costs
    on (trial_costs.experiment, trial_costs.position) = (standing.experiment, standing.position)
    and trial_costs.tariff_position = 0;
comment on view trials is 'every planned trial of every experiment, with the measures of its last completed attempt';
comment on column trials.experiment is 'name of the experiment';
comment on column trials.position is 'place in the plan, from 0';
comment on column trials.attempt_key is 'number in this file of the attempt that speaks for it';
comment on column trials.trial is 'id of the trial: a hash of everything that can change its result';
comment on column trials.label is 'name for people';
comment on column trials.method is 'name of the method';
comment on column trials.baseline is 'the method it is compared with';
comment on column trials.model is 'name of the model';
comment on column trials.dataset is 'name of the data set';
comment on column trials.axes is 'the other axes and their values';
comment on column trials.seed is 'seed of every random choice';
comment on column trials.variant is 'axes and their values, the seed left out';
comment on column trials.context is 'the variant without the method: equal for trials that can be compared';
comment on column trials.state is 'pending, or the state of the attempt that speaks for it';
comment on column trials.attempts is 'attempts so far';
comment on column trials.attempt is 'the attempt that speaks for it: the last completed one, or the last';
comment on column trials.reason is 'why that attempt ended so';
comment on column trials.contended is 'whether other attempts ran on the machine at the same time';
comment on column trials.world_size is 'ranks';
comment on column trials.launch is 'how the ranks came to life: preload or plain';
comment on column trials.started is 'when that attempt started';
comment on column trials.ended is 'when that attempt ended';
comment on column trials.seconds is 'that attempt from start to end, s';
comment on column trials.total_seconds is 'time that all its attempts took of the machine together, s';
comment on column trials.memory is 'peak memory of the training phase, all ranks, B';
comment on column trials.speed is 'training speed after warm-up, 1/s';
comment on column trials.runtime is 'time from the first to the last training step, s';
comment on column trials.compute is 'training time times ranks, s';
comment on column trials.accuracy is 'ROUGE-1 F1 on the test split, points';
comment on column trials.loss is 'cross-entropy per token on the validation split, nats';
comment on column trials.energy is 'energy of the machine over the attempt, kWh';
comment on column trials.emissions is 'greenhouse gases of that energy, as CO2 equivalent, kg';
comment on column trials.not_finite is 'names of the numbers that came out as NaN or infinite, and are null here';
comment on column trials.skipped_steps is 'steps that changed nothing, as a gradient did not fit fp16; null where that cannot be';
comment on column trials.cost is 'price of all its attempts by the first tariff, USD';
comment on column trials.rouge1 is 'ROUGE-1 F1 on the test split, points';
comment on column trials.rouge2 is 'ROUGE-2 F1 on the test split, points';
comment on column trials."rougeL" is 'ROUGE-L F1 on the test split, points';
comment on column trials."rougeLsum" is 'ROUGE-Lsum F1 on the test split, points';
comment on column trials.train_loss is 'mean training loss, nats';
comment on column trials.test_loss is 'loss on the test split, nats';
