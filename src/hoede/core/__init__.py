"""Nouns of the domain that more than one slice needs. Pure: no I/O, no clock, no randomness."""
