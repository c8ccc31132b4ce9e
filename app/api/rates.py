"""How much each key may send: a bucket of items that fills with time. Knows no clock: it comes as an argument."""

from dataclasses import dataclass

ITEMS_PER_S = 250_000.0
BURST_ITEMS = 5_000_000.0
_KEYS = 10_000


@dataclass(slots=True)
class _Bucket:
    items: float
    at_s: float


class Rates:
    """One bucket a key. A bucket may be overdrawn by one request, which its sender then waits for."""

    def __init__(self, items_per_s: float = ITEMS_PER_S, burst_items: float = BURST_ITEMS) -> None:
        self._items_per_s = items_per_s
        self._burst_items = burst_items
        self._buckets: dict[str, _Bucket] = {}

    def wait_s(self, key_id: str, now_s: float) -> float:
        """Return how long the key must wait before its next request: 0 when it need not."""
        bucket = self._buckets.get(key_id)
        if bucket is None:
            return 0.0
        bucket.items = min(self._burst_items, bucket.items + (now_s - bucket.at_s) * self._items_per_s)
        bucket.at_s = now_s
        return max(0.0, (1.0 - bucket.items) / self._items_per_s)

    def take(self, key_id: str, items: int, now_s: float) -> None:
        """Take ``items`` out of the key's bucket; a request takes at least one, whatever was in it."""
        bucket = self._buckets.get(key_id)
        if bucket is None:
            if len(self._buckets) >= _KEYS:
                self._buckets.clear()
            bucket = self._buckets[key_id] = _Bucket(self._burst_items, now_s)
        bucket.items -= max(1, items)
