"""The one choke point: who may read what. Everything that is read passes here."""
