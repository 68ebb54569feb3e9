"""What trials will need: memory by DeepSpeed's formulas, the rest by what past attempts have measured."""
