-- Which attempts and files are the numbers made from?
--
-- Every attempt at every trial, its journals and what it left behind. Paths are those inside of the results folder.
--
-- param  experiment  text       null  name of the experiment; unset, the one that was planned last
-- param  trial       text       null  id of one trial, or its beginning; unset, all
-- column label       text       -     name of the trial
-- column trial       text       -     id: a hash of everything that can change its result
-- column attempt     integer    -     place among the attempts of the trial
-- column state       text       -     running, or how the attempt ended
-- column counts      boolean    -     whether the numbers of the trial are those of this attempt
-- column started     timestamp  -     when it started
-- column kind        text       -     journal, or the name of what was left behind
-- column file        text       -     path of the file
-- column bytes       integer    B     its size, of a journal as far as it was loaded
-- column sha256      text       -     hash of the file; of a journal, of its first line

with
    written as (
        select
            split_part(path, '/', 2) as trial,
            split_part(split_part(path, '/', 3), '-', 2)::integer as attempt,
            'journal' as kind,
            path as file,
            bytes,
            head as sha256
        from journal
        where path like 'trials/%'
        union all
        select
            attempt.trial,
            attempt.attempt,
            artifact.name,
            concat('trials/', attempt.trial, '/attempt-', attempt.attempt, '/', artifact.path),
            artifact.bytes,
            artifact.sha256
        from artifact
        join attempt using (attempt_key)
    )
select
    standing.label,
    standing.trial,
    attempts.attempt,
    attempts.state,
    attempts.attempt_key = standing.attempt_key and standing.state = 'completed' as counts,
    attempts.started,
    written.kind,
    written.file,
    written.bytes,
    written.sha256
from standing
join attempts using (trial)
left join written on (written.trial, written.attempt) = (attempts.trial, attempts.attempt)
where
    standing.experiment = chosen($experiment)
    and standing.trial = coalesce(trial_of($trial, chosen($experiment)), standing.trial)
order by standing.position, attempts.attempt, written.kind, written.file
