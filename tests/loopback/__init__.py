"""Small servers on 127.0.0.1 that speak vendors' protocols, for the vendors' own clients."""
