"""Migrations, oldest first; each says which slice it is for."""
