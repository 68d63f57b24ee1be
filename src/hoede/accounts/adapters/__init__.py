"""Adapters for evidence of an age: one file each, found by the registry."""
