"""What the server says of itself: one JSON line an event, and the metrics. Knows nothing of what they are about."""

import json
import logging
import re
import sys
from dataclasses import dataclass
from typing import Self, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from structlog.typing import EventDict, Processor

_UNSAFE = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""What JSON leaves as it is although it can end a line, reorder or hide text on a screen, or is no character."""

_COMMIT_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_WAIT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0, 3600.0)


def configure_logging(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send every log event, ours and other packages', to ``stream``: one line of JSON each."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, as_line],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)


def as_line(_logger: object, _method: str, event: EventDict) -> str:
    """Write an event as one line of JSON in which nothing can break the line or disguise the text."""
    text = json.dumps(event, ensure_ascii=False, default=repr)
    return _UNSAFE.sub(_escaped, text)


def log_of(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a part of the server."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


@dataclass(frozen=True, slots=True)
class Metrics:
    """Everything the server counts, in a registry of its own. Labels take few values: never ids, never input."""

    registry: CollectorRegistry
    http_requests: Counter
    """By ``route`` (the template, not the path) and ``status``."""
    http_seconds: Histogram
    """By ``route``."""
    reports_accepted: Counter
    """By ``feed``."""
    reports_duplicate: Counter
    """By ``feed``."""
    reports_rejected: Counter
    """By ``feed`` and ``code``."""
    commit_seconds: Histogram
    """From the first job of a group commit to its fsync."""
    journal_head: Gauge
    engine_cursor: Gauge
    engine_lag_seconds: Gauge
    """Age of the oldest entry that is not judged yet."""
    engine_step_seconds: Histogram
    tracks: Gauge
    violations: Counter
    """New revisions, by ``rule`` and ``status``."""
    live_subscribers: Gauge
    live_bytes: Counter
    live_cut: Counter
    """Subscribers cut off, by ``reason``."""
    hook_attempts: Counter
    """By ``outcome``: taken, failed, refused."""
    hook_seconds: Histogram
    """From raised to taken."""
    hook_pending: Gauge
    hooks_failing: Gauge

    @classmethod
    def create(cls) -> Self:
        """Make a set of metrics, all at zero."""
        registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"accord_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"accord_{name}", text, registry=registry)

        def seconds(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"accord_{name}", text, labels, buckets=buckets, registry=registry)

        return cls(
            registry=registry,
            http_requests=counter("http_requests", "Answered HTTP requests", "route", "status"),
            http_seconds=seconds("http_seconds", "Time to answer an HTTP request", _WAIT_BUCKETS, "route"),
            reports_accepted=counter("reports_accepted", "Reports accepted", "feed"),
            reports_duplicate=counter("reports_duplicate", "Reports known already", "feed"),
            reports_rejected=counter("reports_rejected", "Reports rejected", "feed", "code"),
            commit_seconds=seconds("commit_seconds", "Time of a group commit with its fsync", _COMMIT_BUCKETS),
            journal_head=gauge("journal_head", "Last committed journal entry"),
            engine_cursor=gauge("engine_cursor", "Last judged journal entry"),
            engine_lag_seconds=gauge("engine_lag_seconds", "Age of the oldest entry not judged yet"),
            engine_step_seconds=seconds("engine_step_seconds", "Time of one step of the engine", _COMMIT_BUCKETS),
            tracks=gauge("tracks", "Tracks in the picture"),
            violations=counter("violations", "Revisions of violations", "rule", "status"),
            live_subscribers=gauge("live_subscribers", "Live subscribers"),
            live_bytes=counter("live_bytes", "Bytes handed to live subscribers"),
            live_cut=counter("live_cut", "Live subscribers cut off", "reason"),
            hook_attempts=counter("hook_attempts", "Tries to deliver to a hook", "outcome"),
            hook_seconds=seconds("hook_seconds", "From raised to taken by a hook", _WAIT_BUCKETS),
            hook_pending=gauge("hook_pending", "Deliveries owed to hooks"),
            hooks_failing=gauge("hooks_failing", "Hooks that took nothing since their last failure"),
        )

    def text(self) -> bytes:
        """Return all metrics in the Prometheus text format."""
        return generate_latest(self.registry)


def _escaped(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
