"""What a live subscriber is sent, and how a resume is proved."""
