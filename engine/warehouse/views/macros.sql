-- Macros of views and queries.

create macro finite(number) as case when isfinite(number) then number end;
comment on macro finite is 'the number, null where it is NaN or infinite: DuckDB sorts NaN above every number';

create macro tally(word) as nullif(
    array_to_string(list_transform(map_entries(histogram(word)), lambda entry: concat(entry.value, ' ', entry.key)), ', '),
    ''
);
comment on macro tally is 'how often each word occurs, as in ''2 completed, 1 failed''; null where there is none';

create macro chosen(name) as case
    when name is null then (select experiment.experiment from experiment order by planned desc, experiment limit 1)
    when exists (from experiment where experiment.experiment = name) then name
    else error(concat('there is no experiment ''', name, ''' in the warehouse'))
end;
comment on macro chosen is 'the experiment of that name, an error where there is none; of null, the one that was planned last';
