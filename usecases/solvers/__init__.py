"""Classical solvers that prove an optimum of a model."""
