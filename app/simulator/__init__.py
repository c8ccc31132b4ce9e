"""Scenarios and their player, over the public API alone."""
