"""The three tolerances of the suite: a test says which kind of agreement it asks for, never a bare number."""

EXACT = 1e-12
"""Relative. The same arithmetic in another order: mirror, frame, units there and back."""

SOLVED = 1e-6
"""Relative. Two solutions of one problem: balance of a solve, an independent solver, a finite difference."""

PENCIL = 1e-2
"""Relative. A law worked out by hand with rounded numbers."""
