"""The truth on disk: journal, history, outcomes, accounts, outbox."""
