-- What is the experiment, and how much of it is done?
--
-- param  experiment   text       null  name of the experiment; unset, the one that was planned last
-- column experiment   text       -     name
-- column description  text       -     what it is about
-- column file         text       -     file it was planned from
-- column sha256       text       -     hash of that file
-- column planned      timestamp  -     when it was planned last
-- column baseline     text       -     method that the others are compared with
-- column methods      integer    -     methods
-- column seeds        integer    -     seeds of a variant
-- column trials       integer    -     trials
-- column completed    integer    -     trials that are completed
-- column states       text       -     trials in each state
-- column excluded     integer    -     variants that the file leaves out
-- column seconds      double     s     time of all attempts, those that failed included
-- column git_commit   text       -     commit of the project that ran it
-- column git_dirty    text       -     whether there were changes beside that commit
-- column git_untracked  integer  -   files of the project that git does not know, the most of any trial

with
    commit as (
        select experiment, name, string_agg(distinct value, ', ' order by value) as value
        from environment
        where name in ('git_commit', 'git_dirty')
        group by experiment, name
    ),
    beside as (
        select experiment, max(number)::bigint as files
        from environment
        where name = 'git_untracked'
        group by experiment
    ),
    done as (
        select
            experiment,
            count(distinct method) as methods,
            count(distinct seed) as seeds,
            count(*) as trials,
            count(*) filter (where state = 'completed') as completed,
            tally(state) as states,
            sum(total_seconds) as seconds
        from trials
        group by experiment
    )
select
    experiment.experiment,
    experiment.description,
    experiment.file,
    experiment.sha256,
    experiment.planned,
    experiment.baseline,
    coalesce(done.methods, 0) as methods,
    coalesce(done.seeds, 0) as seeds,
    coalesce(done.trials, 0) as trials,
    coalesce(done.completed, 0) as completed,
    done.states,
    (select count(*) from excluded where excluded.experiment = experiment.experiment) as excluded,
    done.seconds,
    (select value from commit where commit.experiment = experiment.experiment and name = 'git_commit') as git_commit,
    (select value from commit where commit.experiment = experiment.experiment and name = 'git_dirty') as git_dirty,
    beside.files as git_untracked
from experiment
left join done using (experiment)
left join beside using (experiment)
where experiment.experiment = chosen($experiment)
