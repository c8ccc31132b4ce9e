"""What a violation is: one rule a file, folded over a track. Pure: no I/O, no clock."""
