"""Signed deliveries to other systems, retried until taken."""
