-- How many samples have the data sets, and how long are they?
--
-- param  experiment     text     null    name of the experiment; unset, the one that was planned last
-- column dataset        text     -       name of the data set
-- column model          text     -       model whose tokens are counted
-- column train          integer  -       samples that are trained on
-- column validation     integer  -       samples that are evaluated on during training
-- column test           integer  -       samples that are predicted at the end
-- column source_words   double   words   mean length of a source
-- column source_tokens  double   tokens  mean length of a source before it is cut
-- column target_words   double   words   mean length of a summary
-- column target_tokens  double   tokens  mean length of a summary before it is cut
-- column note           text     -       what is not the same in all trials

select dataset, model, train, validation, test, source_words, source_tokens, target_words, target_tokens, note
from datasets
where experiment = chosen($experiment)
order by dataset, model
