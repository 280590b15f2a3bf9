"""Our own simulation: states that alternate between a cost and a mixer, and states of electrons.

`uniform` evolves the full space of bit strings under the X mixer (lanes → steps → mixing →
passes), `subspace` the strings that a mixer of moves reaches, `levels` the one amplitude that
strings of equal cost share under a reflection. `sector` holds the determinants that an ansatz
reaches (moves → determinants, or spins where they move apart) and the Hamiltonian among them
(couplings). See benchmarks for why it is our own.
"""
