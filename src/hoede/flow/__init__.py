"""The journeys, one short module each; they never import one another."""
