"""One attempt of one trial: data, model, method, loop. Only this package and `measure` import torch.

What others need to know of a training imports none: `places`, `csv_files`, `dialogues`, `checkpoints`, `resume`.
"""
