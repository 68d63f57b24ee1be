"""The teen's own half of Family Pairing: everything of it that a teen sees, asks, signs, stops."""
