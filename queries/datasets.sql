-- How many samples have the data sets, and how long are they?
--
-- param  experiment             text     null    name of the experiment; unset, the one that was planned last
-- column dataset                text     -       name of the data set
-- column model                  text     -       model whose tokens are counted
-- column train                  integer  -       samples that are trained on
-- column validation             integer  -       samples that are evaluated on during training
-- column test                   integer  -       samples that are predicted at the end
-- column source_words           double   words   mean length of a source
-- column source_tokens          double   tokens  mean length of a source before it is cut
-- column target_words           double   words   mean length of a summary
-- column target_tokens          double   tokens  mean length of a summary before it is cut
-- column source_tokens_median   double   tokens  half of them are no longer
-- column source_tokens_p95      double   tokens  95 of 100 are no longer
-- column source_tokens_longest  double   tokens  the longest
-- column source_truncated       double   %       share of the training examples whose source is cut
-- column target_tokens_median   double   tokens  half of them are no longer
-- column target_tokens_p95      double   tokens  95 of 100 are no longer
-- column target_tokens_longest  double   tokens  the longest
-- column target_truncated       double   %       share of the training examples whose summary is cut
-- column train_rows             integer  -       rows of the training split: used, unused and empty
-- column unused_rows            integer  -       of them, those behind max_train_samples
-- column empty_rows             integer  -       of them, those that lack a source or a summary
-- column duplicates             integer  -       training examples that repeat the texts of an earlier one
-- column test_in_train          integer  -       test examples whose source is that of a training example, too
-- column note                   text     -       what is not the same in all trials

select
    dataset,
    model,
    train,
    validation,
    test,
    source_words,
    source_tokens,
    target_words,
    target_tokens,
    source_tokens_median,
    source_tokens_p95,
    source_tokens_longest,
    source_truncated,
    target_tokens_median,
    target_tokens_p95,
    target_tokens_longest,
    target_truncated,
    train_rows,
    unused_rows,
    empty_rows,
    duplicates,
    test_in_train,
    note
from datasets
where experiment = chosen($experiment)
order by dataset, model
