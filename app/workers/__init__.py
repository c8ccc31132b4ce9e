"""The tasks that turn the server: engine, clock, history, webhooks."""
