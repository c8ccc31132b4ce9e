"""News between parts of the server: who should wake up. Never the truth."""
