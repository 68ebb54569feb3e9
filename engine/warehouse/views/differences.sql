-- What should be equal between trials that are compared, and is not.

create view guards as
-- what no method of an experiment is about
select concat(pair.section, ' ', unnest(pair.names)) as guard
from (values
    ('environment', ['device', 'cpu', 'cpu_usable', 'cpu_quota', 'gpu', 'gpu_count', 'gpu_driver']),
    ('environment', ['python', 'torch', 'transformers', 'accelerate', 'deepspeed', 'codecarbon', 'rouge-score']),
    ('dataset', ['fingerprint', 'revision']),
    ('model', ['revision', 'tokenizer_revision']),
    ('measurement', ['rouge_library', 'rouge_tokens', 'rouge_stemmer', 'rouge_sentences']),
    ('measurement', ['quality', 'intensity_source', 'method'])
) as pair(section, names);
comment on view guards is 'facts that should be equal wherever numbers are compared: machine, libraries, data, ways of measuring';
comment on column guards.guard is 'section and name of the fact, as in environment torch';

create view pair_differences as
with pair as (
    select
        arm.experiment,
        arm.position,
        base.position as baseline_position,
        arm.attempt_key,
        base.attempt_key as baseline_key
    from standing as arm
    join standing as base
        on (base.experiment, base.method, base.context, base.seed)
            = (arm.experiment, arm.baseline, arm.context, arm.seed)
    where arm.method <> arm.baseline
),
known as (
    select
        fact.attempt_key,
        concat_ws(' ', section, case when subject in ('energy', 'memory') then subject end, name) as name,
        value
    from fact
    join guards on guards.guard = concat(fact.section, ' ', fact.name)
)
select pair.experiment, pair.position, pair.baseline_position, known.name, known.value, other.value as baseline_value
from pair
join known using (attempt_key)
join known as other on (other.attempt_key, other.name) = (pair.baseline_key, known.name)
where other.value is distinct from known.value;
comment on view pair_differences is 'what should be equal between a trial and its baseline''s and is not: machine, libraries, data, ways of measuring';
comment on column pair_differences.experiment is 'name of the experiment';
comment on column pair_differences.position is 'place of the trial in the plan';
comment on column pair_differences.baseline_position is 'place of the baseline''s trial in the plan';
comment on column pair_differences.name is 'section and name of the fact';
comment on column pair_differences.value is 'what it is for the trial';
comment on column pair_differences.baseline_value is 'what it is for the baseline''s trial';

create view mixtures as
select experiment, position, string_agg(distinct name, ', ' order by name) as mixes
from pair_differences
group by experiment, position;
comment on view mixtures is 'trials that differ from their baseline''s in what should be equal';
comment on column mixtures.experiment is 'name of the experiment';
comment on column mixtures.position is 'place of the trial in the plan';
comment on column mixtures.mixes is 'what differs';

create view method_mixtures as
select standing.experiment, standing.method, string_agg(distinct name, ', ' order by name) as mixes
from pair_differences
join standing using (experiment, position)
group by standing.experiment, standing.method;
comment on view method_mixtures is 'methods whose pairs mix what should be equal';
comment on column method_mixtures.experiment is 'name of the experiment';
comment on column method_mixtures.method is 'name of the method';
comment on column method_mixtures.mixes is 'what differs inside of pairs';

create view statements as
select attempt_key, section, concat_ws(' ', nullif(subject, ''), name) as name, value, null::double as number, unit
from fact
union all
select latest.attempt_key, 'metric', metric_name.name, null, finite(latest.value), metric_name.unit
from latest
join metric_name using (name_id)
where latest.rank = 0;
comment on view statements is 'all that an attempt says of itself: its facts as text, and the last number of each metric of rank 0';
comment on column statements.attempt_key is 'the attempt';
comment on column statements.section is 'section of the fact, or metric';
comment on column statements.name is 'subject and name of the fact, or name of the metric';
comment on column statements.value is 'the fact as text; null for a metric';
comment on column statements.number is 'the metric, where it is finite';
comment on column statements.unit is 'unit of either';
