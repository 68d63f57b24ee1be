"""Loopback authorities and partners with ledgers and faults of their own. They share no code with ours."""
