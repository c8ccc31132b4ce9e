"""How foreign bytes become reports: formats and the sources that bring them."""
