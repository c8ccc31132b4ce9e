"""How bytes arrive unasked."""
