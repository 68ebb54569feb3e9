-- How large is the effect of each method on each measure, and what was expected?
--
-- param  experiment         text     null  name of the experiment; unset, the one that was planned last
-- column method             text     -     name of the method
-- column measure            text     -     what is measured
-- column unit               text     -     unit of the means and of the difference
-- column better             text     -     lower or higher
-- column expected           text     -     claimed effect; an asterisk where it depends on the situation
-- column n                  integer  -     pairs of trials that the numbers rest on
-- column planned_pairs      integer  -     pairs that were planned
-- column baseline_mean      double   -     mean of the baseline over those pairs
-- column mean               double   -     mean of the method over those pairs
-- column ratio              double   ×     geometric mean of the ratios of the pairs
-- column ratio_spread       double   ×     standard deviation of the ratios
-- column difference         double   -     mean difference of the pairs
-- column difference_spread  double   -     standard deviation of the differences
-- column mixes              text     -     what should be equal inside of pairs and is not: machine, libraries, data
-- column note               text     -     why pairs have no effect, or no ratio

select
    method_effects.method,
    method_effects.measure,
    method_effects.unit,
    method_effects.better,
    method_effects.expected,
    method_effects.n,
    method_effects.pairs as planned_pairs,
    method_effects.baseline_mean,
    method_effects.mean,
    method_effects.ratio,
    method_effects.ratio_spread,
    method_effects.difference,
    method_effects.difference_spread,
    method_effects.mixes,
    method_effects.note
from method_effects
join experiment_measures as measure using (experiment, measure)
left join method using (experiment, method)
where method_effects.experiment = chosen($experiment)
order by method.position, measure.position
