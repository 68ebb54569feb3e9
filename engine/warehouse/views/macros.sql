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

create macro near(wanted, known) as (
    select case
        when words[1].distance <= 3 then concat('did you mean ''', words[1].word, '''?')
        when len(words) > 20 then concat('the nearest is ''', words[1].word, '''')
        else 'known: ' || array_to_string(list_sort(list_transform(words, lambda known: known.word)), ', ')
    end
    -- in a query of its own, that what is known is asked for once
    from (
        select list_sort(list_transform(
            known, lambda word: {'distance': damerau_levenshtein(word, wanted), 'word': word}
        )) as words
    ) as sorted
);
comment on macro near is 'a hint for whoever wrote a word that a list has not: one that may be meant, or all of a few; null where it has none';

create macro one_of(kind, wanted, known) as case
    when wanted is null or known is null or list_contains(known, wanted) then wanted
    else error(concat('there is no ', kind, ' ''', wanted, '''', chr(10), near(wanted, known)))
end;
comment on macro one_of is 'the word, an error with near ones where the list has it not; null for any';

create macro chosen(name) as case
    when name is null then (select experiment.experiment from experiment order by planned desc, experiment limit 1)
    when exists (from experiment where experiment.experiment = name) then name
    else error(concat(
        'there is no experiment ''', name, ''' in the warehouse', chr(10),
        coalesce(near(name, (select list(experiment.experiment) from experiment)), 'it has none yet: xp run FILE')
    ))
end;
comment on macro chosen is 'the experiment of that name, an error where there is none; of null, the one that was planned last';

create macro trial_of(wanted, name) as (
    select case
        when wanted is null or known is null or list_contains(known, wanted) then wanted
        when len(meant) = 1 then meant[1]
        when len(meant) > 1
            then error(concat(
                len(meant), ' trials of the experiment ''', within, ''' begin with ''', wanted, '''', chr(10),
                'give more of the id: ', array_to_string(meant[:3], ', '), case when len(meant) > 3 then ', …' end
            ))
        else error(concat(
            'there is no trial ''', wanted, ''' in the experiment ''', within, '''', chr(10),
            coalesce('it belongs to another one: experiment=' || elsewhere, near(wanted, known))
        ))
    end
    from (
        select
            any_value(asked.within) as within,
            list(trial order by position) filter (where experiment = asked.within) as known,
            list(trial order by position) filter (where experiment = asked.within and starts_with(trial, wanted)) as meant,
            min(experiment) filter (where experiment <> asked.within and starts_with(trial, wanted)) as elsewhere
        from experiment_trial
        cross join (select name as within) as asked
    ) as found
);
comment on macro trial_of is 'the trial of an experiment that has this id, or the only one that begins so; an error where there is none; null for any';
