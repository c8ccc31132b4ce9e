"""What we believe of every track now. Pure: no I/O, no clock."""
