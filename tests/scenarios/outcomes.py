"""What must be the same however the same reports came in: RULES's key of a violation, and tracks without their ids."""

from collections.abc import Iterable
from typing import Any

Key = tuple[Any, ...]


def standing(violations: Iterable[dict[str, Any]]) -> list[Key]:
    """Return what is compared of the violations that are not withdrawn, in order."""
    keys = [
        (
            it["rule_id"], it["feature"], it["units"][0]["contingent"], it["units"][0]["unit"], it["direction"] or "",
            it["status"], it["lon"], it["lat"], it["observed_at"], it["confirmed_at"] or "", it["ended_at"] or "",
            -1.0 if it["depth_m"] is None else it["depth_m"],
        )
        for it in violations
        if it["status"] != "withdrawn"
    ]  # fmt: skip
    return sorted(keys)


def placed(tracks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return tracks, by unit, without what depends on when they came and on the server's secret."""
    named = [{key: it for key, it in track.items() if key not in ("id", "received_at", "status")} for track in tracks]
    return sorted(named, key=lambda track: str(track["sources"]))
