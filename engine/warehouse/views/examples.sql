-- Scores of single examples.

create view example_scores as
select
    attempt_key,
    split,
    example,
    unnest(['rouge1', 'rouge2', 'rougeL', 'rougeLsum', 'gen_len']) as score,
    finite(unnest([rouge1, rouge2, rougeL, rougeLsum, gen_len])) as value
from example_score;
comment on view example_scores is 'every score of every generated summary, one row each';
comment on column example_scores.attempt_key is 'the attempt';
comment on column example_scores.split is 'validation or test';
comment on column example_scores.example is 'id of the example in its data set';
comment on column example_scores.score is 'rouge1, rouge2, rougeL, rougeLsum or gen_len';
comment on column example_scores.value is 'the score, in the unit of the metric: points or tokens; null where there is none that is finite';
