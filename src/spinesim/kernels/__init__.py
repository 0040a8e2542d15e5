"""The compiled core: tables of SI floats in, outputs and a status back. Imports numpy, numba and the standard library
only.
"""
