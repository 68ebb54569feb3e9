-- Rows of the tables that every released version has alike.

insert into journal values
    ('trials/0123456789ab/attempt-1/journal/rank0.jsonl', 'cafe', 1000, 10),
    ('trials/0123456789ab/attempt-1/journal/machine.jsonl', '', 50, 1);
insert into bad_line values
    ('trials/0123456789ab/attempt-1/journal/rank0.jsonl', 3, 'not JSON', '{"t'),
    ('trials/0123456789ab/attempt-1/journal/machine.jsonl', 1, 'no journal has such a name', '');
insert into method values ('small', 'baseline', 0, 'plain'), ('small', 'zero2', 1, 'partitioned');
insert into experiment_trial values
    ('small', 0, '0123456789ab', 0, 'baseline', 'baseline', 'baseline, seed 1', 'bart', 'samsum', '', '{}', '{}', 1);
insert into excluded values ('small', 0, '{"method": "broken"}', 'matrix.exclude[0]');
insert into setting values ('0123456789ab', 'learning_rate', '5e-05', 5e-05);
insert into attempt by name select
    1 as attempt_key, '0123456789ab' as trial, 1 as attempt, 'small' as experiment, 'baseline' as method,
    'baseline, seed 1' as label, 2 as world_size, '2025-06-15 15:06:40.25+00'::timestamptz as started,
    'completed' as state, 12.5 as seconds;
insert into rank values (1, 0, 2, 4711, '2025-06-15 15:06:41+00', '2025-06-15 15:06:51+00');
insert into effective_setting values (1, 0, 'learning_rate', '5e-05', 5e-05);
insert into metric_name values (1, 'loss', 'nats'), (2, 'eval/rouge1', 'points');
insert into fact values (1, 'model', 'bart', 'parameters', 0, '139000000', 139000000, null);
insert into artifact values (1, 0, 'predictions', 'predictions.jsonl', 10, 'beef');
insert into failure values (1, 0, 9, 'diverged', 'the loss is NaN', 20, '2025-06-15 15:06:46+00');
