-- Metrics and facts by name; environment, models and data sets.

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
    make_timestamptz(metric.time * 1000) as time
from metric
join metric_name using (name_id)
join attempt using (attempt_key)
left join invalid_metric
    on metric.value is null
    and (metric.attempt_key, metric.name_id, metric.rank, metric.time)
        = (invalid_metric.attempt_key, invalid_metric.name_id, invalid_metric.rank, invalid_metric.time)
    and metric.step is not distinct from invalid_metric.step;
comment on view metrics is 'every recorded number of every attempt, with its name';
comment on column metrics.trial is 'id of the trial';
comment on column metrics.attempt is 'place among the attempts of the trial, from 1';
comment on column metrics.rank is 'the rank that recorded it';
comment on column metrics.name is 'name of the metric, as it was recorded';
comment on column metrics.step is 'optimizer step, null for a number about the whole attempt';
comment on column metrics.value is 'the number: may be NaN; null when what was recorded is no number';
comment on column metrics.unit is 'its unit';
comment on column metrics.text is 'what was recorded, where that is no number';
comment on column metrics.time is 'when it was recorded, to the millisecond';

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
comment on column facts.section is 'environment, package, model, dataset or measurement';
comment on column facts.subject is 'name of the model or data set, or what was measured; empty for the environment and its packages';
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
    (max(number) filter (where name = 'embeddings_parameters'))::bigint as embeddings_parameters,
    (max(number) filter (where name = 'encoder_parameters'))::bigint as encoder_parameters,
    (max(number) filter (where name = 'decoder_parameters'))::bigint as decoder_parameters,
    (max(number) filter (where name = 'head_parameters'))::bigint as head_parameters,
    (max(number) filter (where name = 'encoder_layers'))::bigint as encoder_layers,
    (max(number) filter (where name = 'decoder_layers'))::bigint as decoder_layers,
    (max(number) filter (where name = 'hidden_size'))::bigint as hidden_size,
    (max(number) filter (where name = 'attention_heads'))::bigint as attention_heads,
    (max(number) filter (where name = 'decoder_attention_heads'))::bigint as decoder_attention_heads,
    (max(number) filter (where name = 'encoder_ffn_size'))::bigint as encoder_ffn_size,
    (max(number) filter (where name = 'decoder_ffn_size'))::bigint as decoder_ffn_size,
    (max(number) filter (where name = 'vocabulary_size'))::bigint as vocabulary_size,
    (max(number) filter (where name = 'max_positions'))::bigint as max_positions,
    mode(value) filter (where name = 'checkpoint') as checkpoint,
    mode(value) filter (where name = 'pretraining') as pretraining,
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
comment on column models.embeddings_parameters is 'parameters of the embeddings, and whatever is tied to them';
comment on column models.encoder_parameters is 'parameters of the encoder without its embeddings';
comment on column models.decoder_parameters is 'parameters of the decoder without its embeddings';
comment on column models.head_parameters is 'parameters of the head, where it is not tied to the embeddings';
comment on column models.encoder_layers is 'layers of the encoder';
comment on column models.decoder_layers is 'layers of the decoder';
comment on column models.hidden_size is 'width';
comment on column models.attention_heads is 'attention heads of a layer';
comment on column models.decoder_attention_heads is 'attention heads of a layer of the decoder';
comment on column models.encoder_ffn_size is 'width of the feed-forward part of a layer of the encoder';
comment on column models.decoder_ffn_size is 'width of the feed-forward part of a layer of the decoder';
comment on column models.vocabulary_size is 'entries of the vocabulary';
comment on column models.max_positions is 'longest text that it can read, tokens';
comment on column models.checkpoint is 'where its weights come from; null where they are random';
comment on column models.pretraining is 'corpus that the first weights of the checkpoint were trained on, where its name says which';
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
    max(number) filter (where name = 'source_words_median') as source_words_median,
    max(number) filter (where name = 'source_words_p95') as source_words_p95,
    max(number) filter (where name = 'source_words_longest') as source_words_longest,
    max(number) filter (where name = 'source_tokens_median') as source_tokens_median,
    max(number) filter (where name = 'source_tokens_p95') as source_tokens_p95,
    max(number) filter (where name = 'source_tokens_longest') as source_tokens_longest,
    max(number) filter (where name = 'source_truncated') as source_truncated,
    max(number) filter (where name = 'target_words_median') as target_words_median,
    max(number) filter (where name = 'target_words_p95') as target_words_p95,
    max(number) filter (where name = 'target_words_longest') as target_words_longest,
    max(number) filter (where name = 'target_tokens_median') as target_tokens_median,
    max(number) filter (where name = 'target_tokens_p95') as target_tokens_p95,
    max(number) filter (where name = 'target_tokens_longest') as target_tokens_longest,
    max(number) filter (where name = 'target_truncated') as target_truncated,
    (max(number) filter (where name = 'train_rows'))::bigint as train_rows,
    (max(number) filter (where name = 'train_unused_rows'))::bigint as unused_rows,
    (max(number) filter (where name = 'train_empty_rows'))::bigint as empty_rows,
    (max(number) filter (where name = 'train_duplicates'))::bigint as duplicates,
    (max(number) filter (where name = 'validation_in_train'))::bigint as validation_in_train,
    (max(number) filter (where name = 'test_in_train'))::bigint as test_in_train,
    (max(number) filter (where name = 'truncated_sources'))::bigint as truncated_sources,
    (max(number) filter (where name = 'truncated_targets'))::bigint as truncated_targets,
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
comment on column datasets.source_words is 'mean length of a source, words';
comment on column datasets.source_tokens is 'mean length of a source before it is cut, tokens';
comment on column datasets.target_words is 'mean length of a summary, words';
comment on column datasets.target_tokens is 'mean length of a summary before it is cut, tokens';
comment on column datasets.source_words_median is 'median length of a source, words';
comment on column datasets.source_words_p95 is 'length that 95 of 100 sources do not exceed, words';
comment on column datasets.source_words_longest is 'length of the longest source, words';
comment on column datasets.source_tokens_median is 'median length of a source before it is cut, tokens';
comment on column datasets.source_tokens_p95 is 'length before the cut that 95 of 100 sources do not exceed, tokens';
comment on column datasets.source_tokens_longest is 'length of the longest source before it is cut, tokens';
comment on column datasets.source_truncated is 'share of the training examples whose source is cut, %';
comment on column datasets.target_words_median is 'median length of a summary, words';
comment on column datasets.target_words_p95 is 'length that 95 of 100 summaries do not exceed, words';
comment on column datasets.target_words_longest is 'length of the longest summary, words';
comment on column datasets.target_tokens_median is 'median length of a summary before it is cut, tokens';
comment on column datasets.target_tokens_p95 is 'length before the cut that 95 of 100 summaries do not exceed, tokens';
comment on column datasets.target_tokens_longest is 'length of the longest summary before it is cut, tokens';
comment on column datasets.target_truncated is 'share of the training examples whose summary is cut, %';
comment on column datasets.train_rows is 'rows of the training split: used, unused and empty';
comment on column datasets.unused_rows is 'rows of the training split behind max_train_samples';
comment on column datasets.empty_rows is 'rows of the training split that lack a source or a summary, and are left out';
comment on column datasets.duplicates is 'training examples that repeat the texts of an earlier one';
comment on column datasets.validation_in_train is 'validation examples whose source is one of the training examples'' as well';
comment on column datasets.test_in_train is 'test examples whose source is one of the training examples'' as well';
comment on column datasets.truncated_sources is 'training examples whose source is cut';
comment on column datasets.truncated_targets is 'training examples whose summary is cut';
comment on column datasets.path is 'where it comes from';
comment on column datasets.revision is 'commit of a data set of the hub';
comment on column datasets.note is 'what is not the same in all trials';
