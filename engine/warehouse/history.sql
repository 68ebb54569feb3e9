-- What completed attempts have taken and were about: the last ones of some trials, and of some models and data sets.
with told as (
    select
        attempt_key,
        max(number) filter (where section = 'model' and name = 'parameters') as parameters,
        max(number) filter (where section = 'model' and name = 'trainable_parameters') as trained,
        max(number) filter (where section = 'model' and name = 'hidden_size')
            * max(number) filter (
                where section = 'model'
                    and name in ('vocabulary_size', 'max_positions', 'encoder_ffn_size', 'decoder_ffn_size')
            ) as largest_layer,
        max(number) filter (where section = 'dataset' and name = 'train_samples') as samples,
        max(number) filter (where section = 'measurement' and name = 'done_steps') as steps,
        max(value) filter (where section = 'environment' and name = 'cpu') as cpu,
        max(value) filter (where section = 'environment' and name = 'gpu') as gpu
    from fact
    group by attempt_key
)
select
    attempt.trial,
    attempt.attempt,
    attempt.seconds,
    numbers.runtime,
    numbers.memory / attempt.world_size as memory,
    numbers.energy,
    numbers.emissions,
    coalesce(contention.contended, false) as contended,
    told.* exclude (attempt_key)
from attempt
join attempt_numbers as numbers using (attempt_key)
join contention using (attempt_key)
left join told using (attempt_key)
where attempt.state = 'completed'
    and (
        attempt.trial in (select unnest($trials))
        or (attempt.model in (select unnest($models)) and attempt.dataset in (select unnest($datasets)))
    )
order by attempt.started desc, attempt.trial, attempt.attempt desc
limit $most
