"""One attempt of one trial: data, model, method and loop. Imports torch, like measure/ and nothing else."""
