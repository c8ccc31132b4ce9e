"""Tables and exports for people."""
