-- What did each method cost, by each tariff of the experiment file?
--
-- Seconds of all attempts, those that failed included, times the prices of the last plan: a changed price is taken
-- over by the next `xp run`, which trains nothing anew for it.
--
-- param  experiment   text     null  name of the experiment; unset, the one that was planned last
-- column method       text     -     name of the method
-- column tariff       text     -     name of the tariff; null where the file declares no price
-- column n            integer  -     completed trials
-- column cost         double   USD   mean price of a completed trial, with all its attempts, where each of them has one
-- column cost_spread  double   USD   its standard deviation over those trials
-- column seconds      double   s     time of all attempts at all trials of the method
-- column total        double   USD   price of that time, as far as it is known
-- column note         text     -     what is unknown, and trials that did not complete

with
    known as (
        select
            method,
            min(position) as position,
            count(*) filter (where state = 'completed') as n,
            sum(total_seconds order by position) as seconds,
            tally(case when state <> 'completed' then state end) as states
        from standing
        where experiment = chosen($experiment)
        group by method
    ),
    priced as (
        select
            standing.method,
            tariff_position,
            avg(cost order by position) filter (where state = 'completed') as cost,
            stddev_samp(cost order by position) filter (where state = 'completed') as cost_spread,
            sum(known order by position) as total
        from standing
        join trial_costs using (experiment, position)
        where experiment = chosen($experiment)
        group by standing.method, tariff_position
    ),
    unpriced as (
        select experiment_trial.method, tariff_position, tally(reason) as reasons
        from attempt_costs
        join experiment_trial using (experiment, position)
        where experiment = chosen($experiment)
        group by experiment_trial.method, tariff_position
    ),
    tariff as (select tariff, position as tariff_position from price where experiment = chosen($experiment))
select
    known.method,
    tariff.tariff,
    known.n,
    priced.cost,
    priced.cost_spread,
    known.seconds,
    priced.total,
    nullif(
        concat_ws(
            '; ',
            case when tariff.tariff is null then 'no price is declared: [prices.NAME]' end,
            known.states,
            'attempts without a price: ' || unpriced.reasons
        ),
        ''
    ) as note
from known
left join tariff on true
left join priced using (method, tariff_position)
left join unpriced using (method, tariff_position)
order by known.position, tariff.tariff_position
