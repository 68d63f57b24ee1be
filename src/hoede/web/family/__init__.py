"""The pages of guardians: a browser is enough. What they see of a teen comes by one way, and is kept."""
