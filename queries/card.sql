-- What does the card of a model say?
--
-- Of the completed trial that is best at the objective of the experiment, or at accuracy, unless another one is named.
--
-- param  experiment        text     null  name of the experiment; unset, the one that was planned last
-- param  model             text     null  name of the model; unset, any
-- param  trial             text     null  id of a trial, or its beginning; unset, the best one
-- column label             text     -       name of the trial
-- column trial             text     -       its id: a hash of everything that can change its result
-- column method            text     -       name of the method
-- column description       text     -       what the method is
-- column model             text     -       name of the model
-- column checkpoint        text     -       where its weights came from; empty where they were random
-- column checkpoint_revision  text  -     commit of the checkpoint on the hub
-- column family            text     -       architecture
-- column parameters        integer  -       parameters
-- column dataset           text     -       name of the data set
-- column path              text     -       where the data set comes from
-- column revision          text     -       commit of a data set of the hub
-- column seed              integer  -       seed of every random choice
-- column rouge1            double   points  ROUGE-1 F1 on the test split
-- column rouge2            double   points  ROUGE-2 F1 on the test split
-- column rougeL            double   points  ROUGE-L F1 on the test split
-- column rougeLsum         double   points  ROUGE-Lsum F1 on the test split
-- column loss              double   nats    loss on the validation split
-- column runtime           double   s       time from the first to the last training step
-- column memory            double   B       peak memory of the training phase, all ranks
-- column energy            double   kWh     energy of the machine over the attempt
-- column emissions         double   kg      CO2 equivalent of that energy
-- column grams             double   g       the same, as metadata has it
-- column hardware          text     -       processor and GPUs
-- column software          text     -       versions of the libraries
-- column intensity         text     -       where the carbon intensity is from
-- column quality           text     -       how the energy was found: counter, tdp-estimate, …
-- column country           text     -       country whose intensity was used

with
    asked as (
        select trial_of($trial, chosen($experiment)) as id, one_of('model', $model, list(distinct model)) as named
        from standing
        where experiment = chosen($experiment)
    ),
    chosen_trial as (
        select trials.*
        from trials
        cross join asked
        left join objective using (experiment)
        left join
            trial_scores
            on (trial_scores.experiment, trial_scores.position) = (trials.experiment, trials.position)
            and trial_scores.measure is not distinct from case when objective.metric is null then 'accuracy' end
        where
            (trials.experiment, trials.state) = (chosen($experiment), 'completed')
            and (model, trials.trial) is not distinct from (coalesce(named, model), coalesce(id, trials.trial))
            and ($trial is not null or trial_scores.value is not null)
        order by trial_scores.value * if(trial_scores.better = 'lower', 1, -1) nulls last, trials.position
        limit 1
    ),
    stated as (
        select
            max(value) filter (where (section, name) = ('environment', 'cpu')) as cpu,
            max(value) filter (where (section, name) = ('environment', 'cpu_usable')) as cores,
            max(value) filter (where (section, name) = ('environment', 'gpu')) as gpu,
            string_agg(format('{} {}', name, value), ', ' order by name, value) filter (
                where
                    section = 'environment' and name in ('torch', 'transformers', 'deepspeed', 'datasets', 'tokenizers')
            ) as software,
            max(value) filter (where (subject, name) = ('energy', 'intensity_source')) as intensity,
            max(value) filter (where (subject, name) = ('energy', 'quality')) as quality,
            max(value) filter (where (subject, name) = ('energy', 'country')) as country
        from chosen_trial
        join fact using (attempt_key)
        where section in ('environment', 'measurement')
    )
select
    chosen_trial.label,
    chosen_trial.trial,
    chosen_trial.method,
    method.description,
    chosen_trial.model,
    models.checkpoint,
    models.revision as checkpoint_revision,
    models.family,
    models.parameters,
    chosen_trial.dataset,
    datasets.path,
    datasets.revision,
    chosen_trial.seed,
    chosen_trial.rouge1,
    chosen_trial.rouge2,
    chosen_trial."rougeL",
    chosen_trial."rougeLsum",
    chosen_trial.loss,
    chosen_trial.runtime,
    chosen_trial.memory,
    chosen_trial.energy,
    chosen_trial.emissions,
    1000 * chosen_trial.emissions as grams,
    nullif(concat_ws(', ', format('{} ({} cores)', stated.cpu, stated.cores), stated.gpu), '') as hardware,
    stated.software,
    stated.intensity,
    stated.quality,
    nullif(stated.country, '') as country
from asked
left join chosen_trial on true
cross join stated
left join method using (experiment, method)
left join models using (experiment, model)
left join datasets using (experiment, model, dataset)
group by all
having count(chosen_trial.trial) > 0
