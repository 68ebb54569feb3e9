"""Reports: made, traced back to the runs, checked, made again as results land."""
