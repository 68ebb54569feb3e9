-- Macros of views and queries.

create macro finite(number) as case when isfinite(number) then number end;
comment on macro finite is 'the number, null where it is NaN or infinite: DuckDB sorts NaN above every number';

create macro tally(word) as nullif(
    array_to_string(list_transform(map_entries(histogram(word)), lambda entry: concat(entry.value, ' ', entry.key)), ', '),
    ''
);
comment on macro tally is 'how often each word occurs, as in ''2 completed, 1 failed''; null where there is none';

create macro tally_all(words) as nullif(
    array_to_string(
        list_transform(
            map_entries(list_aggregate(flatten(list(words)), 'histogram')),
            lambda entry: concat(entry.value, ' ', entry.key)
        ),
        ', '
    ),
    ''
);
comment on macro tally_all is 'the same of lists of words';

create macro gap(what, number, others, odd, doubt := '') as case
    when number is not null then null
    when list_contains(odd, what) then concat(what, ' not finite')
    when others > 0 or doubt <> '' then concat_ws(': ', concat('without ', case when left(what, 1) = 'e' then 'an ' else 'a ' end, what), nullif(doubt, ''))
end;
comment on macro gap is 'why a completed trial has not a number that others of its variant have, or of which something is known';

create macro nearest(wanted, known) as list_reduce(
    known,
    lambda one, other: case
        when damerau_levenshtein(other, wanted) < damerau_levenshtein(one, wanted) then other else one
    end
);
comment on macro nearest is 'the word of a list that is written most like another one';

create macro one_of(kind, wanted, known) as case
    when wanted is null or known is null or list_contains(known, wanted) then wanted
    else error(concat(
        'there is no ', kind, ' ''', wanted, '''', chr(10),
        case
            when damerau_levenshtein(nearest(wanted, known), wanted) <= 3
                then concat('did you mean ''', nearest(wanted, known), '''?')
            else concat('known: ', array_to_string(list_sort(known), ', '))
        end
    ))
end;
comment on macro one_of is 'the word, an error with near ones where the list has it not; null for any';

create macro chosen(name) as case
    when name is null then (select experiment.experiment from experiment order by planned desc, experiment limit 1)
    when exists (from experiment where experiment.experiment = name) then name
    else error(concat('there is no experiment ''', name, ''' in the warehouse'))
end;
comment on macro chosen is 'the experiment of that name, an error where there is none; of null, the one that was planned last';
