"""Geometry on the 1e-7 degree grid: exact predicates, WGS84 metres, indices. Knows nothing of reports or rules."""
