"""What an officer must see: the life of a violation, its severity, its events."""
