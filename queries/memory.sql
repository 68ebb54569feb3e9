-- Where does the memory of a rank go?
--
-- Means over the seeds of completed trials. Bytes of tensors are exact, those of the rank that holds most; peaks are
-- measured, and hold activations and buffers as well. In theory AdamW needs 16 B a trained parameter: weight, gradient
-- and the states of its step, of which ZeRO gives each rank a share (arXiv 1910.02054). DeepSpeed's stages 1 and 2 keep
-- a second copy of the weights that they step on, also where these have 32 bits.
--
-- param  experiment        text     null  name of the experiment; unset, the one that was planned last
-- column method            text     -     name of the method
-- column model             text     -     name of the model
-- column dataset           text     -     name of the data set
-- column axes              text     -     other axes and their values
-- column stage             text     -     stage of ZeRO, none without it
-- column n                 integer  -     completed trials
-- column ranks             integer  -     ranks of a trial
-- column parameters        double   B     parameters that the fullest rank keeps after training
-- column gradients         double   B     gradients that the fullest rank holds before an optimizer step
-- column optimizer_states  double   B     optimizer states that the fullest rank keeps after training
-- column states            double   B     those three together
-- column in_theory         double   B     what those three take by the formulas of ZeRO
-- column init              double   B     what a rank grew by from before the model was built to the first step
-- column peak              double   B     peak of the training phase, of the rank that needed most
-- column peak_spread       double   B     its standard deviation over seeds
-- column evaluate_peak     double   B     the same of evaluations
-- column predict_peak      double   B     the same of predictions
-- column all_ranks         double   B     peaks of the training phase of all ranks together
-- column note              text     -     trials that did not complete

select
    trials.method,
    trials.model,
    trials.dataset,
    nullif(trials.axes, '') as axes,
    any_value(coalesce(stage.value, 'none')) as stage,
    count(*) filter (where state = 'completed') as n,
    max(trials.world_size) as ranks,
    avg(trial_memory.parameters order by trials.seed) as parameters,
    avg(trial_memory.gradients order by trials.seed) as gradients,
    avg(trial_memory.optimizer_states order by trials.seed) as optimizer_states,
    avg(
        trial_memory.parameters + trial_memory.gradients + trial_memory.optimizer_states order by trials.seed
    ) as states,
    avg(parameters_in_theory + gradients_in_theory + optimizer_states_in_theory order by trials.seed) as in_theory,
    avg(init order by trials.seed) as init,
    avg(peak order by trials.seed) as peak,
    stddev_samp(peak order by trials.seed) as peak_spread,
    avg(evaluate_peak order by trials.seed) as evaluate_peak,
    avg(predict_peak order by trials.seed) as predict_peak,
    avg(case when state = 'completed' then trials.memory end order by trials.seed) as all_ranks,
    tally(case when trials.state <> 'completed' then trials.state end) as note
from trials
left join trial_memory using (experiment, position)
left join setting as stage on (stage.trial, stage.name) = (trials.trial, 'zero.stage')
where trials.experiment = chosen($experiment)
group by trials.method, trials.model, trials.dataset, trials.axes
order by min(trials.position)
