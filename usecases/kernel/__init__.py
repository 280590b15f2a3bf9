"""Our own simulation of states that alternate between a diagonal cost and a mixer.

`uniform` evolves the full space of bit strings under the X mixer (lanes → steps → mixing →
passes). It is low-level because measurement shows no library near it; see benchmarks.
"""
