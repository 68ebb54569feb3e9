-- Attempts and what they measured.

create view sessions as
with recursive session(attempt_key, session_key) as (
    select attempt_key, attempt_key
    from attempt
    union all
    select session.attempt_key, earlier.attempt_key
    from session
    join attempt as later on later.attempt_key = session.session_key
    join attempt as earlier on (earlier.trial, earlier.attempt) = (later.trial, later.resumed_attempt)
)
select attempt_key, session_key
from session;
comment on view sessions is 'every attempt with the attempts whose work it went on from, itself included';
comment on column sessions.attempt_key is 'the attempt';
comment on column sessions.session_key is 'an attempt that is part of its training';

create view session_sums as
with training as (
    select attempt_key, session_key, count(*) over (partition by attempt_key) as sessions
    from sessions
),
resumed as (
    select *
    from training
    where sessions > 1
),
steady as (
    select attempt_key as session_key, value as seconds
    from latest
    join metric_name using (name_id)
    where name = 'train_steady_seconds' and rank = 0
),
-- what a session may have nothing of: a phase that it did not come to, a checkpoint, a step behind the warm-up
part(name, whole) as (
    select name, 'energy_consumed'
    from metric_name
    where starts_with(name, 'energy_consumed_')
    union all
    from (values ('checkpoint_seconds', 'train_runtime'), ('train_steady_seconds', 'train_runtime'))
),
known as (
    select resumed.attempt_key, part.name, count(finite(latest.value)) as sessions
    from resumed
    join latest on latest.attempt_key = resumed.session_key and latest.rank = 0
    join metric_name using (name_id)
    join part on part.whole = metric_name.name
    group by resumed.attempt_key, part.name
)
select attempt_key, name, rank, value as last, value as total, value as rate
from latest
join metric_name using (name_id)
where attempt_key in (select attempt_key from training where sessions = 1)
union all
select
    resumed.attempt_key,
    metric_name.name,
    latest.rank,
    max(latest.value) filter (where resumed.session_key = resumed.attempt_key),
    -- a session that recorded nothing makes the sum unknown, not smaller, unless it recorded what this is a part of
    case
        when greatest(count(latest.value), any_value(known.sessions)) = any_value(resumed.sessions)
            then sum(latest.value order by resumed.session_key)
    end,
    -- all work over all time: what a session did is its speed times its time; one of which either is unknown is left
    -- out, and where no time is known the last session speaks
    coalesce(
        sum(latest.value * steady.seconds order by resumed.session_key)
        / sum(steady.seconds order by resumed.session_key) filter (where latest.value is not null),
        max(latest.value) filter (where resumed.session_key = resumed.attempt_key)
    )
from resumed
join latest on latest.attempt_key = resumed.session_key
join metric_name using (name_id)
left join steady on steady.session_key = resumed.session_key
left join known on (known.attempt_key, known.name) = (resumed.attempt_key, metric_name.name)
group by resumed.attempt_key, metric_name.name, latest.rank;
comment on view session_sums is 'what the sessions of an attempt come to, for every metric that one of them recorded; numbers may be NaN or infinite';
comment on column session_sums.attempt_key is 'the attempt';
comment on column session_sums.name is 'name of the metric, as it was recorded';
comment on column session_sums.rank is 'the rank that recorded it';
comment on column session_sums.last is 'what the attempt itself recorded, in the unit of the metric';
comment on column session_sums.total is 'what its sessions recorded together, in the unit of the metric; null where one of them recorded neither it nor the whole that it is a part of';
comment on column session_sums.rate is 'a speed over all its sessions: all work over all time, in the unit of the metric';

create macro over_sessions(rule, last, total, rate) as case rule when 'rate' then rate when 'sum' then total else last end;
comment on macro over_sessions is 'what the sessions of an attempt come to by the rule of a measure: sum, last or rate';

create view attempt_measures as
with of_rank as (
    select
        session_sums.attempt_key,
        session_sums.rank,
        measure.measure,
        measure.over_ranks,
        over_sessions(measure.over_sessions, session_sums.last, session_sums.total, session_sums.rate) as value
    from session_sums
    join measure on measure.metric = session_sums.name
    where measure.over_sessions <> 'last' or session_sums.last is not null
),
recorded as (
    select
        attempt_key,
        of_rank.measure,
        case
            when of_rank.over_ranks = 'first' then max(of_rank.value) filter (where of_rank.rank = 0)
            -- a rank that recorded nothing makes the sum unknown, not smaller
            when count(of_rank.value) >= any_value(coalesce(attempt.world_size, 1))
                then sum(of_rank.value order by of_rank.rank)
        end as value
    from of_rank
    join attempt using (attempt_key)
    group by attempt_key, of_rank.measure, of_rank.over_ranks
)
select attempt_key, measure, finite(value) as value, coalesce(not isfinite(value), false) as not_finite
from recorded;
comment on view attempt_measures is 'every measure of every attempt that recorded it';
comment on column attempt_measures.attempt_key is 'the attempt';
comment on column attempt_measures.measure is 'name of the measure';
comment on column attempt_measures.value is 'its value, in the unit of the measure; null where it is unknown or not finite';
comment on column attempt_measures.not_finite is 'whether it came out as NaN or infinite';

create view attempt_scores as
select
    attempt_key,
    finite(max(value) filter (where name = 'predict_rouge1')) as rouge1,
    finite(max(value) filter (where name = 'predict_rouge2')) as rouge2,
    finite(max(value) filter (where name = 'predict_rougeL')) as "rougeL",
    finite(max(value) filter (where name = 'predict_rougeLsum')) as "rougeLsum",
    finite(max(value) filter (where name = 'train_loss')) as train_loss,
    finite(max(value) filter (where name = 'predict_loss')) as test_loss,
    string_agg(case when name = 'predict_loss' then 'test_loss' else replace(name, 'predict_', '') end, ', ' order by name)
        filter (where not isfinite(value) and regexp_full_match(name, 'predict_rouge(1|2|L|Lsum)|(train|predict)_loss'))
        as not_finite
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
comment on column attempt_scores.not_finite is 'names of the numbers that came out as NaN or infinite, and are null here';

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
    any_value(test_loss) as test_loss,
    nullif(
        concat_ws(
            ', ',
            string_agg(measure, ', ' order by measure) filter (where attempt_measures.not_finite),
            any_value(attempt_scores.not_finite)
        ),
        ''
    ) as not_finite
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
comment on column attempt_numbers.not_finite is 'names of the numbers that came out as NaN or infinite, and are null here';

create view attempt_states as
select
    attempt_key,
    trial,
    attempt,
    -- without an end it goes on, unless a later attempt shows that its engine was killed
    coalesce(
        state, case when attempt < max(attempt) over (partition by trial) then 'interrupted' else 'running' end
    ) as state,
    -- the trainings of a search may have run side by side
    greatest(seconds, (evidence ->> 'trained_seconds')::double) as worked
from attempt;
comment on view attempt_states is 'every attempt and its state';
comment on column attempt_states.attempt_key is 'number of the attempt in this file';
comment on column attempt_states.trial is 'id of the trial';
comment on column attempt_states.attempt is 'place among the attempts of the trial, from 1';
comment on column attempt_states.state is 'running, completed, failed, oom, diverged, timeout or interrupted';
comment on column attempt_states.worked is 'time that it took of the machine: from start to end; of a search, what its trainings took together if that is more, s';

create view contention as
with occupied as (
    select
        attempt.attempt_key,
        attempt.boot,
        epoch(attempt.started) as began,
        -- without an end, up to the last number that it recorded
        coalesce(epoch(attempt.started) + attempt.seconds, sign.last, epoch(attempt.started)) as until
    from attempt
    left join (
        select attempt_key, max(time) / 1000 as last
        from latest
        where attempt_key in (select attempt_key from attempt where seconds is null)
        group by attempt_key
    ) as sign using (attempt_key)
    -- a search only conducts: what it has trained are attempts of their own
    where attempt.boot is not null and attempt.trial not in (select trial from setting where name = 'search.algorithm')
),
overlap as (
    -- by the order in which they began: one of before that has not ended, or one that began before its own end; by less
    -- than a second, two clocks may differ
    select
        attempt_key,
        coalesce(max(until) over before > began + 1, false) or coalesce(lead(began) over ordered < until - 1, false)
            as overlaps
    from occupied
    window
        ordered as (partition by boot order by began, attempt_key),
        before as (
            partition by boot order by began, attempt_key rows between unbounded preceding and 1 preceding
        )
),
seen as (
    select attempt.attempt_key, attempt.trial, attempt.contended or coalesce(overlap.overlaps, false) as contended
    from attempt
    left join overlap using (attempt_key)
),
trained as (
    select member.attempt_key, bool_or(seen.contended) as contended
    from member
    join seen on seen.trial = member.training
    group by member.attempt_key
)
select seen.attempt_key, seen.contended or coalesce(trained.contended, false) as contended
from seen
left join trained using (attempt_key);
comment on view contention is 'whether an attempt had the machine to itself: others of its own run, and of any other whose journals are here';
comment on column contention.attempt_key is 'the attempt';
comment on column contention.contended is 'whether other attempts ran on the machine at the same time; of a search, beside any of its trainings';

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
    contention.contended,
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
join attempt_numbers using (attempt_key)
join contention using (attempt_key);
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
comment on column attempts.seconds is 'from start to end, s';
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
comment on column attempts.not_finite is 'names of the numbers that came out as NaN or infinite, and are null here';
