-- The views of the warehouse: what people and saved queries read. Any DuckDB client can.

create macro finite(number) as case when isfinite(number) then number end;
comment on macro finite is 'the number, null where it is NaN or infinite: DuckDB sorts NaN above every number';

create macro tally(word) as nullif(
    array_to_string(list_transform(map_entries(histogram(word)), lambda entry: concat(entry.value, ' ', entry.key)), ', '),
    ''
);
comment on macro tally is 'how often each word occurs, as in ''2 completed, 1 failed''; null where there is none';

create macro chosen(name) as case
    when name is null then (select experiment.experiment from experiment order by planned desc, experiment limit 1)
    when exists (from experiment where experiment.experiment = name) then name
    else error(concat('there is no experiment ''', name, ''' in the warehouse'))
end;
comment on macro chosen is 'the experiment of that name, an error where there is none; of null, the one that was planned last';

create view attempt_measures as
select
    attempt_key,
    measure.measure,
    case measure.over_ranks
        when 'first' then max(latest.value) filter (where latest.rank = 0)
        -- a rank that recorded nothing makes the sum unknown, not smaller
        else case when count(latest.value) >= any_value(coalesce(attempt.world_size, 1)) then sum(latest.value) end
    end as value
from latest
join metric_name using (name_id)
join measure on measure.metric = metric_name.name
join attempt using (attempt_key)
group by attempt_key, measure.measure, measure.over_ranks;
comment on view attempt_measures is 'every measure of every attempt that recorded it';
comment on column attempt_measures.attempt_key is 'the attempt';
comment on column attempt_measures.measure is 'name of the measure';
comment on column attempt_measures.value is 'its value, in the unit of the measure; may be NaN';

create view attempt_scores as
select
    attempt_key,
    max(value) filter (where name = 'predict_rouge1') as rouge1,
    max(value) filter (where name = 'predict_rouge2') as rouge2,
    max(value) filter (where name = 'predict_rougeL') as "rougeL",
    max(value) filter (where name = 'predict_rougeLsum') as "rougeLsum",
    max(value) filter (where name = 'train_loss') as train_loss,
    max(value) filter (where name = 'predict_loss') as test_loss
from latest
join metric_name using (name_id)
where rank = 0
group by attempt_key;
comment on view attempt_scores is 'the scores of every attempt on the test split';
comment on column attempt_scores.attempt_key is 'the attempt';
comment on column attempt_scores.rouge1 is 'ROUGE-1 F1 on the test split, points';
comment on column attempt_scores.rouge2 is 'ROUGE-2 F1 on the test split, points';
comment on column attempt_scores."rougeL" is 'ROUGE-L F1 on the test split, points';
comment on column attempt_scores."rougeLsum" is 'ROUGE-Lsum F1 on the test split, points';
comment on column attempt_scores.train_loss is 'mean training loss, nats';
comment on column attempt_scores.test_loss is 'loss on the test split, nats';

create view attempt_numbers as
select
    attempt.attempt_key,
    max(value) filter (where measure = 'memory') as memory,
    max(value) filter (where measure = 'speed') as speed,
    max(value) filter (where measure = 'runtime') as runtime,
    max(value) filter (where measure = 'compute') as compute,
    max(value) filter (where measure = 'accuracy') as accuracy,
    max(value) filter (where measure = 'loss') as loss,
    max(value) filter (where measure = 'energy') as energy,
    max(value) filter (where measure = 'emissions') as emissions,
    any_value(rouge1) as rouge1,
    any_value(rouge2) as rouge2,
    any_value("rougeL") as "rougeL",
    any_value("rougeLsum") as "rougeLsum",
    any_value(train_loss) as train_loss,
    any_value(test_loss) as test_loss
from attempt
left join attempt_measures using (attempt_key)
left join attempt_scores using (attempt_key)
group by attempt.attempt_key;
comment on view attempt_numbers is 'measures and scores of every attempt, one column each';
comment on column attempt_numbers.attempt_key is 'the attempt';
comment on column attempt_numbers.memory is 'peak memory of the training phase, all ranks, B';
comment on column attempt_numbers.speed is 'training speed after warm-up, 1/s';
comment on column attempt_numbers.runtime is 'time from the first to the last training step, s';
comment on column attempt_numbers.compute is 'training time times ranks, s';
comment on column attempt_numbers.accuracy is 'ROUGE-1 F1 on the test split, points';
comment on column attempt_numbers.loss is 'cross-entropy per token on the validation split, nats';
comment on column attempt_numbers.energy is 'energy of the machine over the attempt, kWh';
comment on column attempt_numbers.emissions is 'greenhouse gases of that energy, as CO2 equivalent, kg';
comment on column attempt_numbers.rouge1 is 'ROUGE-1 F1 on the test split, points';
comment on column attempt_numbers.rouge2 is 'ROUGE-2 F1 on the test split, points';
comment on column attempt_numbers."rougeL" is 'ROUGE-L F1 on the test split, points';
comment on column attempt_numbers."rougeLsum" is 'ROUGE-Lsum F1 on the test split, points';
comment on column attempt_numbers.train_loss is 'mean training loss, nats';
comment on column attempt_numbers.test_loss is 'loss on the test split, nats';

create view attempt_states as
select
    attempt_key,
    trial,
    attempt,
    -- without an end it goes on, unless a later attempt shows that its engine was killed
    coalesce(
        state, case when attempt < max(attempt) over (partition by trial) then 'interrupted' else 'running' end
    ) as state,
    seconds
from attempt;
comment on view attempt_states is 'every attempt and its state';
comment on column attempt_states.attempt_key is 'number of the attempt in this file';
comment on column attempt_states.trial is 'id of the trial';
comment on column attempt_states.attempt is 'place among the attempts of the trial, from 1';
comment on column attempt_states.state is 'running, completed, failed, oom, diverged, timeout or interrupted';
comment on column attempt_states.seconds is 'seconds from start to end';

create view attempts as
select
    attempt.attempt_key,
    attempt.trial,
    attempt.attempt,
    attempt.experiment,
    attempt.method,
    attempt.label,
    attempt.model,
    attempt.dataset,
    attempt.seed,
    attempt.world_size,
    attempt.launch,
    attempt.contended,
    attempt_states.state,
    attempt.reason,
    attempt.started,
    attempt.ended,
    attempt.seconds,
    (attempt.evidence ->> 'first_bad_step')::bigint as first_bad_step,
    attempt.evidence ->> 'signal' as signal,
    attempt.evidence ->> 'log_tail' as log_tail,
    attempt_numbers.* exclude (attempt_key)
from attempt
join attempt_states using (attempt_key)
join attempt_numbers using (attempt_key);
comment on view attempts is 'every attempt, also those that failed, with what it measured';
comment on column attempts.attempt_key is 'number of the attempt in this file';
comment on column attempts.trial is 'id of the trial';
comment on column attempts.attempt is 'place among the attempts of the trial, from 1';
comment on column attempts.experiment is 'the experiment whose run started it';
comment on column attempts.method is 'its method in that experiment';
comment on column attempts.label is 'its name for people in that experiment';
comment on column attempts.model is 'name of the model';
comment on column attempts.dataset is 'name of the data set';
comment on column attempts.seed is 'seed of every random choice';
comment on column attempts.world_size is 'ranks';
comment on column attempts.launch is 'how the ranks came to life: preload or plain';
comment on column attempts.contended is 'whether other attempts ran on the machine at the same time';
comment on column attempts.state is 'running, completed, failed, oom, diverged, timeout or interrupted';
comment on column attempts.reason is 'why it ended so';
comment on column attempts.started is 'when it started';
comment on column attempts.ended is 'when it ended';
comment on column attempts.seconds is 'seconds from start to end';
comment on column attempts.first_bad_step is 'first step whose numbers were not finite';
comment on column attempts.signal is 'signal that ended it';
comment on column attempts.log_tail is 'end of what the failed rank printed';
comment on column attempts.memory is 'peak memory of the training phase, all ranks, B';
comment on column attempts.speed is 'training speed after warm-up, 1/s';
comment on column attempts.runtime is 'time from the first to the last training step, s';
comment on column attempts.compute is 'training time times ranks, s';
comment on column attempts.accuracy is 'ROUGE-1 F1 on the test split, points';
comment on column attempts.loss is 'cross-entropy per token on the validation split, nats';
comment on column attempts.energy is 'energy of the machine over the attempt, kWh';
comment on column attempts.emissions is 'greenhouse gases of that energy, as CO2 equivalent, kg';
comment on column attempts.rouge1 is 'ROUGE-1 F1 on the test split, points';
comment on column attempts.rouge2 is 'ROUGE-2 F1 on the test split, points';
comment on column attempts."rougeL" is 'ROUGE-L F1 on the test split, points';
comment on column attempts."rougeLsum" is 'ROUGE-Lsum F1 on the test split, points';
comment on column attempts.train_loss is 'mean training loss, nats';
comment on column attempts.test_loss is 'loss on the test split, nats';

create view standing as
with best as (
    select
        trial,
        -- the last completed attempt speaks for a trial, the last one of all where none was completed
        arg_max(attempt_key, (case when state = 'completed' then 1000000 else 0 end) + attempt) as attempt_key,
        count(*) as attempts,
        sum(seconds) as total_seconds
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
comment on column standing.total_seconds is 'seconds of all its attempts';

create view attempt_costs as
with used as (
    select
        attempt_states.attempt_key,
        attempt_states.trial,
        attempt_states.state,
        attempt_states.seconds,
        -- each rank has a GPU to itself, where the machine has any
        case when fact.number > 0 then attempt.world_size when fact.number = 0 then 0 end as gpus
    from attempt_states
    join attempt using (attempt_key)
    left join fact
        on fact.attempt_key = attempt_states.attempt_key
        and (fact.section, fact.subject, fact.name) = ('environment', '', 'gpu_count')
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
            when coalesce(used.seconds, 0) = 0 then 'of unknown length'
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
            then seconds / 3600 * (coalesce(machine_hour, 0) + coalesce(gpu_hour * gpus, 0))
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
select experiment, position, tariff_position, tariff, trial, sum(cost order by attempt_key) as cost
from attempt_costs
group by experiment, position, tariff_position, tariff, trial;
comment on view trial_costs is 'what every planned trial cost so far, all its attempts added up, one row per tariff';
comment on column trial_costs.experiment is 'name of the experiment';
comment on column trial_costs.position is 'place in the plan, from 0';
comment on column trial_costs.tariff_position is 'place of the tariff in the file, from 0';
comment on column trial_costs.tariff is 'name of the tariff';
comment on column trial_costs.trial is 'id of the trial';
comment on column trial_costs.cost is 'price of its attempts, USD; those whose price is unknown are left out';

create view trials as
select
    standing.experiment,
    standing.position,
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
    attempt.contended,
    attempt.world_size,
    attempt.launch,
    attempt.started,
    attempt.ended,
    attempt.seconds,
    standing.total_seconds,
    numbers.* exclude (attempt_key),
    case when standing.state = 'completed' then trial_costs.cost end as cost
from standing
left join attempt on attempt.attempt_key = standing.attempt_key
left join attempt_numbers as numbers on numbers.attempt_key = standing.attempt_key and standing.state = 'completed'
left join trial_costs
    on (trial_costs.experiment, trial_costs.position) = (standing.experiment, standing.position)
    and trial_costs.tariff_position = 0;
comment on view trials is 'every planned trial of every experiment, with the measures of its last completed attempt';
comment on column trials.experiment is 'name of the experiment';
comment on column trials.position is 'place in the plan, from 0';
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
comment on column trials.seconds is 'seconds of that attempt';
comment on column trials.total_seconds is 'seconds of all its attempts';
comment on column trials.memory is 'peak memory of the training phase, all ranks, B';
comment on column trials.speed is 'training speed after warm-up, 1/s';
comment on column trials.runtime is 'time from the first to the last training step, s';
comment on column trials.compute is 'training time times ranks, s';
comment on column trials.accuracy is 'ROUGE-1 F1 on the test split, points';
comment on column trials.loss is 'cross-entropy per token on the validation split, nats';
comment on column trials.energy is 'energy of the machine over the attempt, kWh';
comment on column trials.emissions is 'greenhouse gases of that energy, as CO2 equivalent, kg';
comment on column trials.cost is 'price of all its attempts by the first tariff, USD';
comment on column trials.rouge1 is 'ROUGE-1 F1 on the test split, points';
comment on column trials.rouge2 is 'ROUGE-2 F1 on the test split, points';
comment on column trials."rougeL" is 'ROUGE-L F1 on the test split, points';
comment on column trials."rougeLsum" is 'ROUGE-Lsum F1 on the test split, points';
comment on column trials.train_loss is 'mean training loss, nats';
comment on column trials.test_loss is 'loss on the test split, nats';

create view metrics as
select
    attempt.trial,
    attempt.attempt,
    metric.rank,
    metric_name.name,
    metric.step,
    metric.value,
    metric_name.unit,
    invalid_metric.text,
    metric.time
from metric
join metric_name using (name_id)
join attempt using (attempt_key)
left join invalid_metric
    on metric.value is null
    and (metric.attempt_key, metric.name_id, metric.rank, metric.time)
        = (invalid_metric.attempt_key, invalid_metric.name_id, invalid_metric.rank, invalid_metric.time);
comment on view metrics is 'every recorded number of every attempt, with its name';
comment on column metrics.trial is 'id of the trial';
comment on column metrics.attempt is 'place among the attempts of the trial, from 1';
comment on column metrics.rank is 'the rank that recorded it';
comment on column metrics.name is 'name of the metric, as it was recorded';
comment on column metrics.step is 'optimizer step, null for a number about the whole attempt';
comment on column metrics.value is 'the number: may be NaN; null when what was recorded is no number';
comment on column metrics.unit is 'its unit';
comment on column metrics.text is 'what was recorded, where that is no number';
comment on column metrics.time is 'when it was recorded';

create view facts as
select
    standing.experiment,
    standing.position,
    standing.trial,
    standing.label,
    standing.method,
    standing.model,
    standing.dataset,
    fact.section,
    fact.subject,
    fact.name,
    fact.value,
    fact.number,
    fact.unit,
    fact.position as place
from standing
join fact using (attempt_key);
comment on view facts is 'statements of the attempts that speak for the trials of an experiment';
comment on column facts.experiment is 'name of the experiment';
comment on column facts.position is 'place in the plan, from 0';
comment on column facts.trial is 'id of the trial: a hash of everything that can change its result';
comment on column facts.label is 'name for people';
comment on column facts.method is 'name of the method';
comment on column facts.model is 'name of the model in the file';
comment on column facts.dataset is 'name of the data set in the file';
comment on column facts.section is 'environment, model, dataset or measurement';
comment on column facts.subject is 'name of the model or data set; empty for the environment';
comment on column facts.name is 'what is stated';
comment on column facts.value is 'the statement as text, in full';
comment on column facts.number is 'the statement, where it is a number';
comment on column facts.unit is 'unit of the number';
comment on column facts.place is 'place among the statements that were made together, from 0';

create view environment as
select experiment, name, value, number, unit, count(*) as trials, min(place) as place
from facts
where section = 'environment'
group by experiment, name, value, number, unit;
comment on view environment is 'facts of the machines and the software on which an experiment''s trials ran, each value once';
comment on column environment.experiment is 'name of the experiment';
comment on column environment.name is 'what is stated';
comment on column environment.value is 'the statement as text';
comment on column environment.number is 'the statement, where it is a number';
comment on column environment.unit is 'unit of the number';
comment on column environment.trials is 'trials for which it holds';
comment on column environment.place is 'place among the statements that were made together, from 0';

create view models as
with differing as (
    select experiment, subject, string_agg(name, ', ' order by name) as names
    from (
        select experiment, subject, name
        from facts
        where section = 'model' and name <> 'trainable_parameters'
        group by experiment, subject, name
        having count(distinct value) > 1
    )
    group by experiment, subject
)
select
    experiment,
    subject as model,
    mode(value) filter (where name = 'family') as family,
    (max(number) filter (where name = 'parameters'))::bigint as parameters,
    (max(number) filter (where name = 'trainable_parameters'))::bigint as trainable_parameters,
    (min(number) filter (where name = 'trainable_parameters'))::bigint as fewest_trainable_parameters,
    (max(number) filter (where name = 'encoder_layers'))::bigint as encoder_layers,
    (max(number) filter (where name = 'decoder_layers'))::bigint as decoder_layers,
    (max(number) filter (where name = 'hidden_size'))::bigint as hidden_size,
    (max(number) filter (where name = 'attention_heads'))::bigint as attention_heads,
    (max(number) filter (where name = 'vocabulary_size'))::bigint as vocabulary_size,
    (max(number) filter (where name = 'max_positions'))::bigint as max_positions,
    mode(value) filter (where name = 'checkpoint') as checkpoint,
    mode(value) filter (where name = 'revision') as revision,
    'differs between trials: ' || any_value(differing.names) as note
from facts
left join differing using (experiment, subject)
where section = 'model'
group by experiment, subject;
comment on view models is 'the models of an experiment''s trials';
comment on column models.experiment is 'name of the experiment';
comment on column models.model is 'name of the model in the file';
comment on column models.family is 'its architecture';
comment on column models.parameters is 'parameters';
comment on column models.trainable_parameters is 'parameters that are trained, where nothing is frozen';
comment on column models.fewest_trainable_parameters is 'parameters that are trained by the method that freezes most';
comment on column models.encoder_layers is 'layers of the encoder';
comment on column models.decoder_layers is 'layers of the decoder';
comment on column models.hidden_size is 'width';
comment on column models.attention_heads is 'attention heads of a layer';
comment on column models.vocabulary_size is 'entries of the vocabulary';
comment on column models.max_positions is 'longest text that it can read, tokens';
comment on column models.checkpoint is 'where its weights come from; null where they are random';
comment on column models.revision is 'commit of the checkpoint';
comment on column models.note is 'what is not the same in all trials';

create view datasets as
with differing as (
    select experiment, subject, model, string_agg(name, ', ' order by name) as names
    from (
        select experiment, subject, model, name
        from facts
        where section = 'dataset'
        group by experiment, subject, model, name
        having count(distinct value) > 1
    )
    group by experiment, subject, model
)
select
    experiment,
    subject as dataset,
    model,
    (max(number) filter (where name = 'train_samples'))::bigint as train,
    (max(number) filter (where name = 'validation_samples'))::bigint as validation,
    (max(number) filter (where name = 'test_samples'))::bigint as test,
    max(number) filter (where name = 'source_words') as source_words,
    max(number) filter (where name = 'source_tokens') as source_tokens,
    max(number) filter (where name = 'target_words') as target_words,
    max(number) filter (where name = 'target_tokens') as target_tokens,
    mode(value) filter (where name = 'path') as path,
    mode(value) filter (where name = 'revision') as revision,
    'differs between trials: ' || any_value(differing.names) as note
from facts
left join differing using (experiment, subject, model)
where section = 'dataset'
group by experiment, subject, model;
comment on view datasets is 'the data sets of an experiment''s trials';
comment on column datasets.experiment is 'name of the experiment';
comment on column datasets.dataset is 'name of the data set in the file';
comment on column datasets.model is 'the model whose tokens are counted';
comment on column datasets.train is 'examples that are trained on';
comment on column datasets.validation is 'examples that are evaluated on during training';
comment on column datasets.test is 'examples that are predicted at the end';
comment on column datasets.source_words is 'mean words of a source';
comment on column datasets.source_tokens is 'mean tokens of a source, before it is cut';
comment on column datasets.target_words is 'mean words of a summary';
comment on column datasets.target_tokens is 'mean tokens of a summary, before it is cut';
comment on column datasets.path is 'where it comes from';
comment on column datasets.revision is 'commit of a data set of the hub';
comment on column datasets.note is 'what is not the same in all trials';

create view trial_measures as
select
    standing.experiment,
    standing.position,
    standing.trial,
    attempt_measures.measure,
    attempt_measures.value
from standing
join attempt_measures using (attempt_key)
where standing.state = 'completed'
union all
select standing.experiment, standing.position, standing.trial, 'cost', trial_costs.cost
from standing
join trial_costs using (experiment, position)
where standing.state = 'completed' and trial_costs.tariff_position = 0;
comment on view trial_measures is 'every measure of every completed trial of every experiment';
comment on column trial_measures.experiment is 'name of the experiment';
comment on column trial_measures.position is 'place in the plan';
comment on column trial_measures.trial is 'id of the trial';
comment on column trial_measures.measure is 'name of the measure';
comment on column trial_measures.value is 'its value, in the unit of the measure; may be NaN';

create view trial_scores as
select
    standing.experiment,
    standing.position,
    standing.trial,
    measure.measure as score,
    measure.measure,
    trial_measures.value,
    measure.unit,
    measure.better
from standing
join trial_measures using (experiment, position)
join measure using (measure)
union all
select
    standing.experiment,
    standing.position,
    standing.trial,
    objective.metric,
    null,
    latest.value,
    metric_name.unit,
    case objective.goal when 'minimize' then 'lower' else 'higher' end
from standing
join objective using (experiment)
join metric_name on metric_name.name = objective.metric
join latest using (attempt_key, name_id)
where standing.state = 'completed' and latest.rank = 0;
comment on view trial_scores is 'what completed trials can be ranked by: every measure, and the objective of the experiment';
comment on column trial_scores.experiment is 'name of the experiment';
comment on column trial_scores.position is 'place in the plan';
comment on column trial_scores.trial is 'id of the trial';
comment on column trial_scores.score is 'name of the measure, or of the objective''s metric';
comment on column trial_scores.measure is 'name of the measure; null for the objective';
comment on column trial_scores.value is 'its value, of rank 0 for the objective; may be NaN';
comment on column trial_scores.unit is 'unit of the value';
comment on column trial_scores.better is 'lower or higher';

create view effects as
with measured as (
    -- a measure that no trial of the experiment has says nothing
    select distinct experiment, measure from trial_measures where value is not null
),
pair as (
    select
        arm.experiment,
        arm.method,
        arm.baseline,
        arm.model,
        arm.dataset,
        arm.axes,
        arm.context,
        arm.seed,
        measure.measure,
        measure.unit,
        measure.better,
        arm.trial,
        base.trial as baseline_trial,
        arm.state,
        base.state as baseline_state,
        arm_value.value,
        base_value.value as baseline_value,
        measure.measure in ('memory', 'accuracy', 'loss')
            or arm.contended is not distinct from base.contended as comparable
    from trials as arm
    join measured using (experiment)
    join measure using (measure)
    left join trials as base
        on (base.experiment, base.method, base.context, base.seed)
            = (arm.experiment, arm.baseline, arm.context, arm.seed)
    left join trial_measures as arm_value
        on (arm_value.experiment, arm_value.position, arm_value.measure)
            = (arm.experiment, arm.position, measure.measure)
    left join trial_measures as base_value
        on (base_value.experiment, base_value.position, base_value.measure)
            = (base.experiment, base.position, measure.measure)
    where arm.method <> arm.baseline
)
select
    pair.* exclude (comparable),
    case when comparable then finite(value) / nullif(finite(baseline_value), 0) end as ratio,
    case when comparable then finite(value) - finite(baseline_value) end as difference,
    case
        when baseline_trial is null then 'without a baseline trial'
        when state <> 'completed' then state
        when baseline_state <> 'completed' then 'baseline ' || baseline_state
        when value is null then 'not measured'
        when baseline_value is null then 'baseline not measured'
        when not isfinite(value) then 'not finite'
        when not isfinite(baseline_value) then 'baseline not finite'
        when not comparable then 'contended on one side only'
        when baseline_value = 0 then 'baseline zero'
    end as reason
from pair;
comment on view effects is 'every trial of a method beside its baseline''s trial of the same context and seed, one row per measure';
comment on column effects.experiment is 'name of the experiment';
comment on column effects.method is 'name of the method';
comment on column effects.baseline is 'the method it is compared with';
comment on column effects.model is 'name of the model';
comment on column effects.dataset is 'name of the data set';
comment on column effects.axes is 'the other axes and their values';
comment on column effects.context is 'what both trials have in common';
comment on column effects.seed is 'seed of both trials';
comment on column effects.measure is 'name of the measure';
comment on column effects.unit is 'unit of the values and of the difference';
comment on column effects.better is 'lower or higher';
comment on column effects.trial is 'id of the method''s trial';
comment on column effects.baseline_trial is 'id of the baseline''s trial';
comment on column effects.state is 'state of the method''s trial';
comment on column effects.baseline_state is 'state of the baseline''s trial';
comment on column effects.value is 'the method''s value; may be NaN';
comment on column effects.baseline_value is 'the baseline''s value; may be NaN';
comment on column effects.ratio is 'method over baseline, where both are finite and comparable';
comment on column effects.difference is 'method minus baseline, where both are finite and comparable';
comment on column effects.reason is 'why there is no effect, or no ratio';

create view method_effects as
select
    effects.experiment,
    effects.method,
    effects.baseline,
    effects.measure,
    effects.unit,
    effects.better,
    count(*) as pairs,
    count(effects.difference) as n,
    count(effects.ratio) as ratio_n,
    -- sums of floating point numbers depend on their order: a fixed one makes the same answer each time
    avg(effects.baseline_value order by effects.context, effects.seed) filter (where effects.difference is not null) as baseline_mean,
    avg(effects.value order by effects.context, effects.seed) filter (where effects.difference is not null) as mean,
    -- the geometric mean of ratios is 0 as soon as one of them is
    case
        when min(effects.ratio) > 0
            then exp(avg(ln(case when effects.ratio > 0 then effects.ratio end) order by effects.context, effects.seed))
        when min(effects.ratio) = 0 then 0
    end as ratio,
    stddev_samp(effects.ratio order by effects.context, effects.seed) as ratio_spread,
    avg(effects.difference order by effects.context, effects.seed) as difference,
    stddev_samp(effects.difference order by effects.context, effects.seed) as difference_spread,
    any_value(case when claim.situational then '*' else '' end || claim.expectation) as expected,
    tally(effects.reason) as note
from effects
left join claim using (experiment, method, measure)
group by effects.experiment, effects.method, effects.baseline, effects.measure, effects.unit, effects.better;
comment on view method_effects is 'every method beside its baseline, over all contexts and seeds, one row per measure';
comment on column method_effects.experiment is 'name of the experiment';
comment on column method_effects.method is 'name of the method';
comment on column method_effects.baseline is 'the method it is compared with';
comment on column method_effects.measure is 'name of the measure';
comment on column method_effects.unit is 'unit of the means and of the difference';
comment on column method_effects.better is 'lower or higher';
comment on column method_effects.pairs is 'pairs that were planned';
comment on column method_effects.n is 'pairs that means and difference rest on';
comment on column method_effects.ratio_n is 'pairs that the ratio rests on: a baseline of zero has none';
comment on column method_effects.baseline_mean is 'mean of the baseline over those pairs';
comment on column method_effects.mean is 'mean of the method over those pairs';
comment on column method_effects.ratio is 'geometric mean of the ratios of the pairs';
comment on column method_effects.ratio_spread is 'standard deviation of the ratios of the pairs; null for fewer than two';
comment on column method_effects.difference is 'mean difference of the pairs';
comment on column method_effects.difference_spread is 'standard deviation of the differences of the pairs; null for fewer than two';
comment on column method_effects.expected is 'reduces, increases or affects; an asterisk where that depends on the situation';
comment on column method_effects.note is 'why pairs have no effect or no ratio, and how many';
