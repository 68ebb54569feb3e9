-- The tables of the warehouse. Everything here is derived from journals and can be made again from them.
-- The loader fills them; people and saved queries read the views in views/.
-- Times are instants (timestamptz, shown in UTC); durations are seconds of a clock that never goes back.

create table schema_version (
    version integer not null,
    views text not null
);
comment on table schema_version is 'one row: what made this file';
comment on column schema_version.version is 'version of the tables; a program refuses a later one and brings an earlier one forward';
comment on column schema_version.views is 'digest of the views, which are made anew when it differs';

create table journal (
    path text primary key,
    head text not null,
    bytes bigint not null check (bytes > 0),
    lines bigint not null
);
comment on table journal is 'how far each journal has been loaded';
comment on column journal.path is 'relative to the results folder';
comment on column journal.head is 'digest of the first line: tells a journal that grew from one that was replaced';
comment on column journal.bytes is 'how much of it is loaded, up to the end of a line, B';
comment on column journal.lines is 'lines loaded';

create table bad_line (
    path text not null,
    line bigint not null,
    problem text not null,
    text text not null,
    primary key (path, line)
);
comment on table bad_line is 'lines of journals that could not be loaded';
comment on column bad_line.path is 'journal, relative to the results folder';
comment on column bad_line.line is 'line number, from 1';
comment on column bad_line.problem is 'what is wrong with it';
comment on column bad_line.text is 'its first 200 characters';

create table experiment (
    experiment text primary key,
    description text not null,
    file text not null,
    sha256 text not null,
    text text not null,
    baseline text not null,
    confidence double not null check (confidence between 0.5 and 1),
    correction text not null check (correction in ('holm', 'none')),
    planned timestamptz not null
);
comment on table experiment is 'experiments, as their last plan has them';
comment on column experiment.experiment is 'name';
comment on column experiment.description is 'one sentence for the reader of the report';
comment on column experiment.file is 'the file it was planned from';
comment on column experiment.sha256 is 'hash of the text of the file';
comment on column experiment.text is 'text of the file';
comment on column experiment.baseline is 'the method that others are compared with';
comment on column experiment.confidence is 'how often intervals should hold the true effect, 0 to 1';
comment on column experiment.correction is 'against chance among many claims: holm or none';
comment on column experiment.planned is 'when the last plan was made';

create table method (
    experiment text not null,
    method text not null,
    position integer not null,
    description text not null,
    primary key (experiment, method)
);
comment on table method is 'methods of an experiment';
comment on column method.experiment is 'name of the experiment';
comment on column method.method is 'name';
comment on column method.position is 'place in the file, from 0';
comment on column method.description is 'one line for the reader of the report';

create table claim (
    experiment text not null,
    method text not null,
    measure text not null,
    expectation text not null,
    situational boolean not null,
    baseline text not null,
    scale text not null check (scale in ('ratio', 'difference')),
    margin double not null check (margin > 0),
    claim_hash text not null,
    primary key (experiment, method, measure)
);
comment on table claim is 'what a method is expected to do to a measure';
comment on column claim.experiment is 'name of the experiment';
comment on column claim.method is 'the method the claim is about';
comment on column claim.measure is 'what it is expected to change';
comment on column claim.expectation is 'reduces, increases or affects';
comment on column claim.situational is 'whether it is expected in some situations only (an asterisk in the file)';
comment on column claim.baseline is 'the method it is compared with';
comment on column claim.scale is 'how the effect is told: ratio or difference';
comment on column claim.margin is 'the largest effect that counts as none: a share of a ratio, or in the unit of the measure';
comment on column claim.claim_hash is 'hash of all that the claim says, how it is tested, and what its method and the baseline name: settings, search, DeepSpeed file';

create table declaration (
    experiment text not null,
    claim_hash text not null,
    declared timestamptz not null,
    primary key (experiment, claim_hash)
);
comment on table declaration is 'when a claim was first part of a plan, word for word';
comment on column declaration.experiment is 'name of the experiment';
comment on column declaration.claim_hash is 'hash of the claim';
comment on column declaration.declared is 'time of the first plan that had it';

create table experiment_trial (
    experiment text not null,
    position integer not null,
    trial text not null,
    run_order integer not null,
    method text not null,
    baseline text not null,
    label text not null,
    model text,
    dataset text,
    axes text not null,
    variant json not null,
    context json not null,
    seed bigint not null,
    primary key (experiment, position)
);
comment on table experiment_trial is 'the trials of an experiment''s last plan; a trial may belong to several experiments';
comment on column experiment_trial.experiment is 'name of the experiment';
comment on column experiment_trial.position is 'place in the plan, from 0';
comment on column experiment_trial.trial is 'id of the trial: a hash of everything that can change its result';
comment on column experiment_trial.run_order is 'place in the randomised order of the run, from 0';
comment on column experiment_trial.method is 'name of the method';
comment on column experiment_trial.baseline is 'the method it is compared with';
comment on column experiment_trial.label is 'name for people';
comment on column experiment_trial.model is 'name of the model in the file';
comment on column experiment_trial.dataset is 'name of the data set in the file';
comment on column experiment_trial.axes is 'the other axes and their values, as in batch_size=8, zero.stage=2';
comment on column experiment_trial.variant is 'axes and their values, the seed left out';
comment on column experiment_trial.context is 'the variant without the method: equal for trials that can be compared';
comment on column experiment_trial.seed is 'seed of every random choice';

create table excluded (
    experiment text not null,
    position integer not null,
    variant json not null,
    rule text not null,
    primary key (experiment, position)
);
comment on table excluded is 'variants that an experiment''s last plan left out';
comment on column excluded.experiment is 'name of the experiment';
comment on column excluded.position is 'place in the plan, from 0';
comment on column excluded.variant is 'axes and their values';
comment on column excluded.rule is 'the rule that left it out';

create table price (
    experiment text not null,
    position integer not null,
    tariff text not null,
    machine_hour double check (machine_hour > 0),
    gpu_hour double check (gpu_hour > 0),
    primary key (experiment, position)
);
comment on table price is 'what the machine costs, as an experiment''s last plan has it';
comment on column price.experiment is 'name of the experiment';
comment on column price.position is 'place in the file, from 0: the first tariff makes the measure cost';
comment on column price.tariff is 'name of the tariff';
comment on column price.machine_hour is 'an hour of the whole machine, USD';
comment on column price.gpu_hour is 'an hour of one GPU, USD';

create table objective (
    experiment text primary key,
    metric text not null,
    goal text not null check (goal in ('minimize', 'maximize'))
);
comment on table objective is 'what the best trial is best at, where an experiment''s last plan says so';
comment on column objective.experiment is 'name of the experiment';
comment on column objective.metric is 'name of the metric, as it is recorded';
comment on column objective.goal is 'minimize or maximize';

create table setting (
    trial text not null,
    name text not null,
    value text,
    number double,
    primary key (trial, name)
);
comment on table setting is 'what each trial is trained with, every default included';
comment on column setting.trial is 'id of the trial';
comment on column setting.name is 'dotted name, as in zero.stage';
comment on column setting.value is 'text of the value, null where it is unset';
comment on column setting.number is 'the value where it is a number, in the unit of the setting';

create table attempt (
    attempt_key integer primary key,
    trial text not null,
    attempt integer not null check (attempt > 0),
    experiment text,
    method text,
    label text,
    variant json,
    context json,
    seed bigint,
    model text,
    dataset text,
    world_size integer,
    launch text,
    contended boolean,
    boot text,
    resumed_attempt integer,
    resumed_step bigint,
    imported text,
    started timestamptz,
    ended timestamptz,
    state text check (state in ('completed', 'failed', 'oom', 'diverged', 'timeout', 'interrupted')),
    reason text,
    seconds double,
    evidence json,
    unique (trial, attempt)
);
comment on table attempt is 'process groups that worked on a trial';
comment on column attempt.attempt_key is 'number of the attempt in this file; another file may number otherwise';
comment on column attempt.trial is 'id of the trial';
comment on column attempt.attempt is 'place among the attempts of the trial, from 1';
comment on column attempt.experiment is 'the experiment whose run started it';
comment on column attempt.method is 'its method in that experiment';
comment on column attempt.label is 'its name for people in that experiment';
comment on column attempt.variant is 'axes and their values, the seed left out';
comment on column attempt.context is 'the variant without the method';
comment on column attempt.seed is 'seed of every random choice';
comment on column attempt.model is 'name of the model in the file';
comment on column attempt.dataset is 'name of the data set in the file';
comment on column attempt.world_size is 'ranks';
comment on column attempt.launch is 'how the ranks came to life: preload or plain';
comment on column attempt.contended is 'whether its own run had others run on the machine at the same time; the view contention sees those of other runs as well';
comment on column attempt.boot is 'tells one start of a machine from all others; null where the system does not say';
comment on column attempt.resumed_attempt is 'the attempt of the same trial whose checkpoint it went on from; null where it began anew';
comment on column attempt.resumed_step is 'optimizer step of that checkpoint';
comment on column attempt.imported is 'the kind of file that it was imported from; null where xp ran it';
comment on column attempt.started is 'when the engine started it';
comment on column attempt.ended is 'when the engine saw its end';
comment on column attempt.state is 'how it ended; null while it has not';
comment on column attempt.reason is 'why it ended so';
comment on column attempt.seconds is 'from start to end, s';
comment on column attempt.evidence is 'what shows it: exit codes, signal, first bad step, end of the log';

create table rank (
    attempt_key integer not null,
    rank smallint not null,
    world_size integer not null,
    pid bigint not null,
    started timestamptz not null,
    done timestamptz,
    primary key (attempt_key, rank)
);
comment on table rank is 'processes of an attempt';
comment on column rank.attempt_key is 'the attempt';
comment on column rank.rank is 'number of the process, from 0';
comment on column rank.world_size is 'processes that it found';
comment on column rank.pid is 'process id';
comment on column rank.started is 'when it started';
comment on column rank.done is 'when it wrote its last line; null when it never did';

create table effective_setting (
    attempt_key integer not null,
    rank smallint not null,
    name text not null,
    value text,
    number double,
    primary key (attempt_key, rank, name)
);
comment on table effective_setting is 'settings read back from the running engine';
comment on column effective_setting.attempt_key is 'the attempt';
comment on column effective_setting.rank is 'the rank that read it back';
comment on column effective_setting.name is 'dotted name';
comment on column effective_setting.value is 'text of the value';
comment on column effective_setting.number is 'the value where it is a number, in the unit of the setting';

create table measure (
    measure text primary key,
    position integer not null,
    metric text not null,
    unit text not null,
    better text not null check (better in ('lower', 'higher')),
    over_ranks text not null check (over_ranks in ('sum', 'first')),
    meaning text not null,
    scale text not null check (scale in ('ratio', 'difference')),
    margin double not null check (margin > 0),
    over_sessions text not null check (over_sessions in ('sum', 'last', 'rate'))
);
comment on table measure is 'what people argue about, each bound to one metric; the cost is bound to prices';
comment on column measure.measure is 'name';
comment on column measure.position is 'place in tables, from 0';
comment on column measure.metric is 'the metric it is read from; empty for the cost, which is computed from prices';
comment on column measure.unit is 'unit of its numbers';
comment on column measure.better is 'lower or higher';
comment on column measure.over_ranks is 'sum: each rank records its share; first: rank 0 speaks for the trial';
comment on column measure.meaning is 'what it says, in words';
comment on column measure.scale is 'how an effect on it is told: ratio or difference';
comment on column measure.margin is 'the largest effect that counts as none where the experiment says nothing else';
comment on column measure.over_sessions is 'sum: sessions of an interrupted trial add up; last: the last one speaks for it; rate: all work over all time of them';

create table own_measure (
    experiment text not null,
    measure text not null,
    position integer not null,
    metric text not null,
    unit text not null,
    better text not null check (better in ('lower', 'higher')),
    over_ranks text not null check (over_ranks in ('max', 'sum', 'mean')),
    meaning text not null,
    scale text not null check (scale in ('ratio', 'difference')),
    margin double not null check (margin > 0),
    over_sessions text not null check (over_sessions in ('sum', 'last', 'rate')),
    primary key (experiment, measure)
);
comment on table own_measure is 'measures that an experiment makes for itself, beside those of the table measure';
comment on column own_measure.experiment is 'name of the experiment';
comment on column own_measure.measure is 'name';
comment on column own_measure.position is 'place in the file, from 0';
comment on column own_measure.metric is 'the metric it is read from';
comment on column own_measure.unit is 'unit of its numbers; empty for a plain number';
comment on column own_measure.better is 'lower or higher';
comment on column own_measure.over_ranks is 'what ranks come to that record it each for itself: max, sum or mean';
comment on column own_measure.meaning is 'what it says, in words';
comment on column own_measure.scale is 'how an effect on it is told: ratio or difference';
comment on column own_measure.margin is 'the largest effect that counts as none where a claim says nothing else';
comment on column own_measure.over_sessions is 'sum: sessions of an interrupted trial add up; last: the last one speaks for it; rate: all work over all time of them';

create table metric_name (
    name_id smallint not null,
    name text primary key,
    unit text
);
comment on table metric_name is 'names of metrics, byte for byte as they were recorded';
comment on column metric_name.name_id is 'number of the name in this file';
comment on column metric_name.name is 'the name';
comment on column metric_name.unit is 'unit of all its values, null where it has none';

create table metric (
    attempt_key integer not null,
    name_id smallint not null,
    rank smallint not null,
    step bigint,
    value double,
    time bigint not null
);
comment on table metric is 'every recorded number, in order of arrival; of several for one step the last one is kept';
comment on column metric.attempt_key is 'the attempt';
comment on column metric.name_id is 'the name';
comment on column metric.rank is 'the rank that recorded it';
comment on column metric.step is 'optimizer step, null for a number about the whole attempt';
comment on column metric.value is 'the number, in the unit of the name: may be NaN or infinite, which no ranking counts; null when what was recorded is no number';
comment on column metric.time is 'when it was recorded, since 1970 began in UTC, ms';

create table latest (
    attempt_key integer not null,
    name_id smallint not null,
    rank smallint not null,
    step bigint,
    value double,
    time bigint not null,
    top_step bigint,
    primary key (attempt_key, name_id, rank)
);
comment on table latest is 'the value of each metric that was recorded last';
comment on column latest.attempt_key is 'the attempt';
comment on column latest.name_id is 'the name';
comment on column latest.rank is 'the rank that recorded it';
comment on column latest.step is 'its step';
comment on column latest.value is 'its value, in the unit of the name';
comment on column latest.time is 'when it was recorded, since 1970 began in UTC, ms';
comment on column latest.top_step is 'the highest step so far: a later value at or below it replaces an earlier one';

create table invalid_metric (
    attempt_key integer not null,
    name_id smallint not null,
    rank smallint not null,
    step bigint,
    text text not null,
    time bigint not null
);
comment on table invalid_metric is 'what was recorded as a metric and is no number, or has another unit than before';
comment on column invalid_metric.attempt_key is 'the attempt';
comment on column invalid_metric.name_id is 'the name';
comment on column invalid_metric.rank is 'the rank that recorded it';
comment on column invalid_metric.step is 'its step';
comment on column invalid_metric.text is 'what was recorded, as text';
comment on column invalid_metric.time is 'when it was recorded, since 1970 began in UTC, ms';

create table fact (
    attempt_key integer not null,
    section text not null,
    subject text not null,
    name text not null,
    position integer not null,
    value text,
    number double,
    unit text,
    primary key (attempt_key, section, subject, name)
);
comment on table fact is 'statements about an environment, its packages, a model, a data set or a measurement';
comment on column fact.attempt_key is 'the attempt that stated it';
comment on column fact.section is 'environment, package, model, dataset or measurement';
comment on column fact.subject is 'name of the model or data set, or what was measured; empty for the environment and its packages';
comment on column fact.name is 'what is stated';
comment on column fact.position is 'place among the statements that were made together, from 0';
comment on column fact.value is 'the statement as text, in full; null where it is known to be unknown';
comment on column fact.number is 'the statement, where it is a number';
comment on column fact.unit is 'unit of the number';

create table artifact (
    attempt_key integer not null,
    rank smallint not null,
    name text not null,
    path text not null,
    bytes bigint not null,
    sha256 text not null,
    primary key (attempt_key, rank, name)
);
comment on table artifact is 'files that an attempt wrote';
comment on column artifact.attempt_key is 'the attempt';
comment on column artifact.rank is 'the rank that wrote it';
comment on column artifact.name is 'what it is';
comment on column artifact.path is 'relative to the folder of the attempt';
comment on column artifact.bytes is 'its size, B';
comment on column artifact.sha256 is 'hash of its content';

create table failure (
    attempt_key integer not null,
    rank smallint not null,
    line bigint not null,
    kind text not null,
    message text not null,
    step bigint,
    time timestamptz not null,
    primary key (attempt_key, rank, line)
);
comment on table failure is 'what the ranks themselves said went wrong';
comment on column failure.attempt_key is 'the attempt';
comment on column failure.rank is 'the rank that failed';
comment on column failure.line is 'line of its journal';
comment on column failure.kind is 'setting (knob, of earlier versions), oom, diverged, data, stopped or error';
comment on column failure.message is 'in words, in full';
comment on column failure.step is 'optimizer step at which it happened';
comment on column failure.time is 'when it happened';

create table member (
    attempt_key integer not null,
    generation smallint not null,
    member smallint not null,
    training text not null,
    action text not null check (action in ('start', 'continue', 'exploit')),
    donor smallint,
    donor_training text,
    checkpoint text,
    from_step bigint not null,
    to_step bigint,
    score double,
    state text,
    primary key (attempt_key, generation, member)
);
comment on table member is 'what each member of a search trained in each generation; grid and random searches have one generation';
comment on column member.attempt_key is 'the attempt at the search';
comment on column member.generation is 'number of the generation, from 1';
comment on column member.member is 'number of the member, from 0';
comment on column member.training is 'the trial that trained for it';
comment on column member.action is 'start: from the first step; continue: from its own checkpoint; exploit: from that of a donor';
comment on column member.donor is 'the member whose checkpoint it went on from, where it exploits';
comment on column member.donor_training is 'the trial whose checkpoint that is';
comment on column member.checkpoint is 'the checkpoint that it went on from, relative to the results folder; null where it starts, and in journals of before it was told';
comment on column member.from_step is 'optimizer step that it began behind';
comment on column member.to_step is 'optimizer step that it ended behind; null where the training is counted in epochs';
comment on column member.score is 'its metric on the validation split at the end, in the unit of the metric; null where it did not complete, and may be NaN';
comment on column member.state is 'how its training ended';

create table member_setting (
    attempt_key integer not null,
    generation smallint not null,
    member smallint not null,
    name text not null,
    position integer not null,
    value text,
    number double,
    operation text,
    primary key (attempt_key, generation, member, name)
);
comment on table member_setting is 'the settings that a search chose for each member and generation';
comment on column member_setting.attempt_key is 'the attempt at the search';
comment on column member_setting.generation is 'number of the generation, from 1';
comment on column member_setting.member is 'number of the member, from 0';
comment on column member_setting.name is 'dotted name of the setting';
comment on column member_setting.position is 'place in the space of the search, from 0';
comment on column member_setting.value is 'its value as text';
comment on column member_setting.number is 'its value where it is a number, in the unit of the setting';
comment on column member_setting.operation is 'how it came about: resample, a factor, left or right; null where it is as it was';

create table sample (
    attempt_key integer not null,
    name text not null,
    time timestamptz not null,
    value double not null,
    unit text
);
comment on table sample is 'how busy the machine was while an attempt ran, sampled at intervals; the machine as a whole, whatever else ran on it';
comment on column sample.attempt_key is 'the attempt';
comment on column sample.name is 'what was sampled, as in cpu_percent or gpu0_memory_used';
comment on column sample.time is 'when';
comment on column sample.value is 'the number';
comment on column sample.unit is 'its unit, null where it has none';

create table example_score (
    attempt_key integer not null,
    split text not null,
    position bigint not null,
    example text not null,
    rouge1 double,
    rouge2 double,
    rougeL double,
    rougeLsum double,
    gen_len double,
    primary key (attempt_key, split, position)
);
comment on table example_score is 'what each generated summary scored; means of these are the scores of the attempt';
comment on column example_score.attempt_key is 'the attempt';
comment on column example_score.split is 'validation or test';
comment on column example_score.position is 'place in the split, from 0';
comment on column example_score.example is 'id of the example in its data set, the same for every attempt on the same data';
comment on column example_score.rouge1 is 'ROUGE-1 F1, points';
comment on column example_score.rouge2 is 'ROUGE-2 F1, points';
comment on column example_score.rougeL is 'ROUGE-L F1, points';
comment on column example_score.rougeLsum is 'ROUGE-Lsum F1, points';
comment on column example_score.gen_len is 'length of the summary, tokens';
