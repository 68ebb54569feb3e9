-- Which models were trained?
--
-- param  experiment                   text     null    name of the experiment; unset, the one that was planned last
-- column model                        text     -       name of the model
-- column family                       text     -       architecture
-- column checkpoint                   text     -       where its weights come from; empty where they are random
-- column parameters                   integer  -       parameters
-- column trainable_parameters         integer  -       parameters that are trained, where nothing is frozen
-- column fewest_trainable_parameters  integer  -       parameters that are trained by the method that freezes most
-- column embeddings_parameters        integer  -       of them in the embeddings, and whatever is tied to those
-- column encoder_parameters           integer  -       in the layers of the encoder
-- column decoder_parameters           integer  -       in the layers of the decoder
-- column head_parameters              integer  -       in a head of its own
-- column encoder_layers               integer  -       layers of the encoder
-- column decoder_layers               integer  -       layers of the decoder
-- column hidden_size                  integer  -       width
-- column attention_heads              integer  -       attention heads of a layer
-- column encoder_ffn_size             integer  -       width of the feed-forward part of its layers
-- column vocabulary_size              integer  -       entries of the vocabulary
-- column max_positions                integer  tokens  longest text that it can read
-- column pretraining                  text     -       corpus of the checkpoint's first weights, where known
-- column note                         text     -       what is not the same in all trials

select
    model,
    family,
    checkpoint,
    parameters,
    trainable_parameters,
    fewest_trainable_parameters,
    embeddings_parameters,
    encoder_parameters,
    decoder_parameters,
    head_parameters,
    encoder_layers,
    decoder_layers,
    hidden_size,
    attention_heads,
    encoder_ffn_size,
    vocabulary_size,
    max_positions,
    pretraining,
    note
from models
where experiment = chosen($experiment)
order by model
