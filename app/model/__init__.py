"""The frozen nouns that two or more packages share. No I/O, no clock."""
