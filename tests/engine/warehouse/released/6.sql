-- The tables of version 6 as they were released, and a few rows in those that differ from version to version.

create table schema_version (
    version integer not null,
    views text not null
);

create table journal (
    path text primary key,
    head text not null,
    bytes bigint not null check (bytes > 0),
    lines bigint not null
);

create table bad_line (
    path text not null,
    line bigint not null,
    problem text not null,
    text text not null,
    primary key (path, line)
);

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

create table method (
    experiment text not null,
    method text not null,
    position integer not null,
    description text not null,
    primary key (experiment, method)
);

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

create table declaration (
    experiment text not null,
    claim_hash text not null,
    declared timestamptz not null,
    primary key (experiment, claim_hash)
);

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

create table excluded (
    experiment text not null,
    position integer not null,
    variant json not null,
    rule text not null,
    primary key (experiment, position)
);

create table price (
    experiment text not null,
    position integer not null,
    tariff text not null,
    machine_hour double check (machine_hour > 0),
    gpu_hour double check (gpu_hour > 0),
    primary key (experiment, position)
);

create table objective (
    experiment text primary key,
    metric text not null,
    goal text not null check (goal in ('minimize', 'maximize'))
);

create table setting (
    trial text not null,
    name text not null,
    value text,
    number double,
    primary key (trial, name)
);

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

create table rank (
    attempt_key integer not null,
    rank smallint not null,
    world_size integer not null,
    pid bigint not null,
    started timestamptz not null,
    done timestamptz,
    primary key (attempt_key, rank)
);

create table effective_setting (
    attempt_key integer not null,
    rank smallint not null,
    name text not null,
    value text,
    number double,
    primary key (attempt_key, rank, name)
);

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

create table metric_name (
    name_id smallint not null,
    name text primary key,
    unit text
);

create table metric (
    attempt_key integer not null,
    name_id smallint not null,
    rank smallint not null,
    step bigint,
    value double,
    time bigint not null
);

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

create table invalid_metric (
    attempt_key integer not null,
    name_id smallint not null,
    rank smallint not null,
    step bigint,
    text text not null,
    time bigint not null
);

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

create table artifact (
    attempt_key integer not null,
    rank smallint not null,
    name text not null,
    path text not null,
    bytes bigint not null,
    sha256 text not null,
    primary key (attempt_key, rank, name)
);

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

create table member (
    attempt_key integer not null,
    generation smallint not null,
    member smallint not null,
    training text not null,
    action text not null check (action in ('start', 'continue', 'exploit')),
    donor smallint,
    donor_training text,
    from_step bigint not null,
    to_step bigint,
    score double,
    state text,
    primary key (attempt_key, generation, member)
);

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

create table sample (
    attempt_key integer not null,
    name text not null,
    time timestamptz not null,
    value double not null,
    unit text
);

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

-- rows

insert into schema_version values (6, 'its own');
insert into experiment values ('small', 'a few methods', 'small.toml', 'f00d', 'text', 'baseline', 0.99, 'none', '2025-06-15 15:06:40+00');
insert into claim values ('small', 'zero2', 'memory', 'reduces', true, 'baseline', 'ratio', 0.1, 'aa');
insert into declaration values ('small', 'aa', '2025-06-14 12:00:00+00');
insert into price values ('small', 0, 'dedicated', 22.03, null);
insert into objective values ('small', 'predict_rouge1', 'maximize');
insert into member values (1, 1, 0, '0000000000aa', 'start', null, null, 0, 20, 41.5, 'completed');
insert into member_setting values (1, 1, 0, 'learning_rate', 0, '3e-05', 3e-05, null);
insert into sample values (1, 'cpu_percent', '2025-06-15 15:07:00+00', 75.0, '%');
insert into example_score values (1, 'test', 0, 'a', 50.0, 25.0, 40.0, 45.0, 12.0);
insert into own_measure values ('small', 'padding', 0, 'padding_share', '%', 'lower', 'mean', 'padding', 'difference', 1.0, 'last');
insert into metric values
    (1, 1, 0, 10, 2.5, 1750000005124),
    (1, 1, 0, 20, 'nan', 1750000006000),
    (1, 2, 0, null, null, 1750000007000);
insert into latest values
    (1, 1, 0, 20, 'nan', 1750000006000, 20),
    (1, 2, 0, null, null, 1750000007000, null);
insert into invalid_metric values (1, 2, 0, null, 'n/a', 1750000007000);
