"""A DeepSpeed file as the base of a method: ``deepspeed = "ds.json"`` in ``[methods.NAME]`` or ``[defaults]``.

The file is strict JSON. A key that is a setting here becomes that setting, unless the experiment writes it: then both
have to say the same. ``"auto"`` is filled from the settings. All other keys that DeepSpeed knows go to it as they are;
unknown and removed ones are errors, and so are those that DeepSpeed refuses at the stage of a trial or beside others.
Where the file is silent, settings decide, but for stage and bucket sizes, which then are DeepSpeed's own. What does
nothing at the stage of a trial is passed over, as templates are full of it, but offloading that does nothing is an
error; ``activation_checkpointing``, which does nothing here, is told with the plan. With an ``optimizer`` in the file,
DeepSpeed makes the optimizer, and decays biases and norms, too; without one, the trainer does.
"""
