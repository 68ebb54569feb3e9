"""One attempt of one trial: data, model, method, loop. Only this package and `measure` import torch."""
