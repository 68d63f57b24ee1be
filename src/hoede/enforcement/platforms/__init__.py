"""Platform adapters: one file each, found by the registry."""
