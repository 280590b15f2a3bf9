"""Our own simulation of states that alternate between a diagonal cost and a mixer.

`uniform` evolves the full space of bit strings under the X mixer (lanes → steps → mixing →
passes), `subspace` the strings that a mixer of moves reaches, `levels` the one amplitude that
strings of equal cost share under a reflection. See benchmarks for why it is our own.
"""
