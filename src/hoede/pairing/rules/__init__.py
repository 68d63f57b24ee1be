"""Rules of pairings: states, codes, reach, adults, limits, asking, leaving, seeing, digests. Pure."""
