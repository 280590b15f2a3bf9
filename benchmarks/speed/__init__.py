"""The speed benchmark of QAOA simulation: instances, workers, checks, measurements, tables."""
