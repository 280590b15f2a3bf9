"""A transmission network as buses and branches, and the files it is read from."""
