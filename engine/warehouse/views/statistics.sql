-- Student's t distribution as macros: exact for whole degrees of freedom, in any DuckDB client.
-- Series: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.

create macro student_within(angle, df) as case
    when df % 2 = 1 then 2 / pi() * (
        angle + case when df = 1 then 0 else sin(angle) * list_sum(list_transform(
            range(((df - 1) // 2)::bigint),
            lambda i: exp(ln(pi()) / 2 - ln(2) + lgamma(i + 1) - lgamma(i + 1.5)) * pow(cos(angle), 2 * i + 1)
        )) end
    )
    else sin(angle) * list_sum(list_transform(
        range((df // 2)::bigint),
        lambda i: exp(lgamma(i + 0.5) - lgamma(i + 1) - ln(pi()) / 2) * pow(cos(angle), 2 * i)
    ))
end;
comment on macro student_within is 'probability that the size of a t of df degrees of freedom is below sqrt(df) * tan(angle)';

create macro t_within(t, df) as student_within(atan(abs(t) / sqrt(df)), df);
comment on macro t_within is 'probability that the size of a t of df degrees of freedom is below that of t';

create macro t_quantile(confidence, df) as case
    when df >= 1 then sqrt(df) * tan(list_reduce(
        range(1, 62),
        -- 61 halvings of the right angle: more digits than a double has
        lambda angle, step: angle
            + case when student_within(angle, df) < confidence then 1 else -1 end * pi() / 4 / pow(2, step),
        pi() / 4
    ))
end;
comment on macro t_quantile is 'the size that a t of df degrees of freedom stays below with this probability: 12.706 of (0.95, 1); null below 1';

create macro t_half_width(confidence, sd, n) as case
    when n >= 2 then t_quantile(confidence, n - 1) * sd / sqrt(n)
end;
comment on macro t_half_width is 'half of the interval of a mean of n values with this standard deviation; null for fewer than two';

create macro t_test(mean, sd, n) as case
    when n < 2 then null
    when sd = 0 then case when mean = 0 then 1.0 else 0.0 end
    -- of a huge t the series comes to a little more than 1
    else greatest(0, 1 - t_within(mean / (sd / sqrt(n)), n - 1))
end;
comment on macro t_test is 'two-sided p-value of a mean of n values against zero; null for fewer than two';

create macro t_further(confidence, sd, n, distance) as case when distance > 0 then coalesce(
    list_extract(
        list_filter(
            [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100],
            -- as t_half_width(…) <= distance, without looking for the quantile
            lambda further: t_within(distance * sqrt(n + further) / sd, n + further - 1) >= confidence
        ),
        1
    ),
    -- a distance of rounding errors takes more than any integer counts
    try_cast(ceil(pow(t_quantile(confidence, 100) * sd / distance, 2)) - n as bigint)
) end;
comment on macro t_further is 'about how many further values make half of the interval no wider than a distance, if the spread stays; null where no number of them would';
