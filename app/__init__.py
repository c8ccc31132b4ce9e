"""Accord: a real-time common operating picture for peace operations."""

__version__ = "0.1.0"
