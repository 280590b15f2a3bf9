"""Every vendor's machines through one door: an environment and a process for each vendor."""
