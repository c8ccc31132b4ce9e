"""The fold over the journal: one entry in, one outcome out. Pure: no I/O, no clock, no waiting."""

from app.engine.engine import Engine, Past

__all__ = ["Engine", "Past"]
