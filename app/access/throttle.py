"""How often a log-in may be tried. Knows no clock and no network: both come as arguments."""

from collections import OrderedDict


class Throttle:
    """At most ``limit`` tries that failed, or are under way, per name within ``window_s``."""

    def __init__(self, limit: int = 10, window_s: float = 900.0, names: int = 10_000) -> None:
        self._limit = limit
        self._window_s = window_s
        self._names = names
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def wait_s(self, names: tuple[str, ...], now_s: float) -> float:
        """Return how long until each of ``names`` may try again: 0 when all may now."""
        return max((self._wait_of(name, now_s) for name in names), default=0.0)

    def tried(self, names: tuple[str, ...], now_s: float) -> None:
        """Count a try against each of ``names``; before its result is known, so that parallel tries count too."""
        for name in names:
            self._tries.setdefault(name, []).append(now_s)
            self._tries.move_to_end(name)
            if len(self._tries) > self._names:
                self._tries.popitem(last=False)

    def succeeded(self, account: str, others: tuple[str, ...]) -> None:
        """Forget the tries of ``account``, and for ``others`` the try just counted."""
        self._tries.pop(account, None)
        for name in others:
            tries = self._tries.get(name)
            if tries:
                tries.pop()

    def _wait_of(self, name: str, now_s: float) -> float:
        tries = self._tries.get(name)
        if tries is None:
            return 0.0
        tries[:] = [at for at in tries if at > now_s - self._window_s]
        if not tries:
            del self._tries[name]
            return 0.0
        return tries[-self._limit] + self._window_s - now_s if len(tries) >= self._limit else 0.0
