"""Ways to solve a model, one file each."""
