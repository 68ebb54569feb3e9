-- Which of two methods writes the better summaries, example by example?
--
-- Trials are paired by seed and every other axis, and their summaries by the id of the example. Each example counts
-- once, with the mean of its differences over the seeds. The interval and the p-value are those of a paired t-test over
-- the examples: they say how much other examples might change the result, not how much other seeds might.
--
-- param  experiment  text     null    name of the experiment; unset, the one that was planned last
-- param  method      text     null    one method; unset, all
-- param  against     text     null    the method that it is compared with; unset, its baseline
-- param  score       text     rouge1  rouge1, rouge2, rougeL, rougeLsum or gen_len
-- param  split       text     test    test or validation
-- column method      text     -       name of the method
-- column against     text     -       the method it is compared with
-- column model       text     -       name of the model
-- column dataset     text     -       name of the data set
-- column axes        text     -       other axes and their values
-- column n           integer  -       examples that both have summaries of
-- column seeds       integer  -       pairs of trials
-- column mean        double   -       mean score of the method over them
-- column other_mean  double   -       that of the other method
-- column difference  double   -       mean of the differences
-- column low         double   -       lower end of its interval; null for fewer than two examples
-- column high        double   -       upper end of its interval
-- column p           double   1       p-value of no difference
-- column wins        integer  -       examples on which the method scores higher
-- column ties        integer  -       examples on which both score the same
-- column losses      integer  -       examples on which the method scores lower
-- column note        text     -       examples that one of the two has no score of

with
    methods as (select list(method) as known from method where experiment = chosen($experiment)),
    paired as (
        select arm.*, base.method as against, base.attempt_key as other_key
        from standing as arm
        join standing as base using (experiment, context, seed)
        cross join methods
        where
            arm.experiment = chosen($experiment)
            and base.method = coalesce(one_of('method', $against, methods.known), arm.baseline)
            and arm.method <> base.method
            and arm.method = coalesce(one_of('method', $method, methods.known), arm.method)
            and (arm.state, base.state) = ('completed', 'completed')
    ),
    scored as (
        select attempt_key, example, value
        from example_scores
        where
            split = one_of('split', $split, ['test', 'validation'])
            and score = one_of('score', $score, ['rouge1', 'rouge2', 'rougeL', 'rougeLsum', 'gen_len'])
    ),
    judged as (
        select
            paired.method,
            paired.against,
            paired.context,
            mine.example,
            min(paired.position) as position,
            count(mine.value - other.value) as seeds,
            avg(mine.value order by paired.seed) filter (where other.value is not null) as value,
            avg(other.value order by paired.seed) filter (where mine.value is not null) as other_value,
            avg(mine.value - other.value order by paired.seed) as difference
        from paired
        join scored as mine using (attempt_key)
        left join scored as other on (other.attempt_key, other.example) = (paired.other_key, mine.example)
        group by paired.method, paired.against, paired.context, mine.example
    ),
    counted as (
        select
            method,
            against,
            min(position) as position,
            count(difference) as n,
            max(seeds) as seeds,
            avg(value order by example) as mean,
            avg(other_value order by example) as other_mean,
            avg(difference order by example) as difference,
            stddev_samp(difference order by example) as sd,
            count(*) filter (where difference > 0) as wins,
            count(*) filter (where difference = 0) as ties,
            count(*) filter (where difference < 0) as losses,
            count(*) - count(difference) as alone
        from judged
        group by method, against, context
    )
select
    counted.method,
    counted.against,
    standing.model,
    standing.dataset,
    nullif(standing.axes, '') as axes,
    counted.n,
    counted.seeds,
    counted.mean,
    counted.other_mean,
    counted.difference,
    counted.difference - t_half_width(confidence, sd, n) as low,
    counted.difference + t_half_width(confidence, sd, n) as high,
    t_test(counted.difference, counted.sd, counted.n) as p,
    counted.wins,
    counted.ties,
    counted.losses,
    case when counted.alone > 0 then concat(counted.alone, ' examples have no score of the other method') end as note
from counted
join standing using (position)
join experiment using (experiment)
where experiment = chosen($experiment)
order by counted.position
