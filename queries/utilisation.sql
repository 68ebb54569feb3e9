-- How busy was the machine while the trials ran?
--
-- The machine as a whole, whatever else ran on it, during the attempt that speaks for a trial. Long attempts are
-- thinned out: each is cut into as many equal parts as `points` says, and a part has one row with the mean of its
-- samples.
--
-- param  experiment  text     null  name of the experiment; unset, the one that was planned last
-- param  instrument  text     null  one of them, such as cpu_percent; unset, all
-- param  points      integer  200   most rows of a trial and an instrument
-- column label       text     -     name of the trial
-- column method      text     -     name of the method
-- column name        text     -     what was sampled, such as cpu_percent or gpu0_memory_used
-- column seconds     double   s     time since the attempt began
-- column value       double   -     mean of the samples
-- column most        double   -     the largest of them
-- column samples     integer  -     how many they are
-- column unit        text     -     unit of the value; none of a share of the time, such as gpu0_throttled_heat

with
    sampled as (
        select
            standing.position,
            standing.label,
            standing.method,
            sample.name,
            sample.value,
            sample.unit,
            epoch(sample.time) - epoch(attempts.started) as seconds
        from standing
        join attempts using (attempt_key)
        join sample using (attempt_key)
        where
            standing.experiment = chosen($experiment)
            and (
                $instrument is null
                or sample.name = one_of('instrument', $instrument, (select list(distinct name) from sample))
            )
    ),
    cut as (
        select
            *,
            least(
                floor(
                    $points
                    * (seconds - min(seconds) over trial)
                    / nullif(max(seconds) over trial - min(seconds) over trial, 0)
                ),
                $points - 1
            ) as part
        from sampled
        window trial as (partition by position)
    )
select
    any_value(label) as label,
    any_value(method) as method,
    name,
    avg(seconds order by seconds) as seconds,
    avg(value order by seconds) as value,
    max(value) as most,
    count(*) as samples,
    any_value(unit) as unit
from cut
group by position, name, part
order by position, name, seconds
