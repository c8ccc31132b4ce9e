"""Programs that build what the repository holds; not part of the server."""
