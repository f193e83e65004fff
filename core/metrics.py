"""Every metric, declared once. Durations are seconds; labels are route templates, query names and other words of ours,
never what a client sent, because aioprometheus does not escape them. One process, one registry: each replica is scraped
by itself.

aioprometheus finds a value by turning its labels into JSON, at each step. Requests are counted in dictionaries instead,
and its collectors are told when Prometheus asks.
"""

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate

from aioprometheus import histogram
from aioprometheus.collectors import Counter, Gauge, Histogram, Registry
from aioprometheus.renderer import render

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

FAULTS = ("500", "503")
"""Statuses that each route counts from its first request on: Prometheus does not see the first step of a series."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

registry = Registry()
_all: "list[Count | Durations]" = []


class Count:
    """A number for each combination of label values; `kind` is `Counter`, which only grows, or `Gauge`."""

    def __init__(
        self, kind: type[Counter] | type[Gauge], name: str, words: str, *labels: str, at_start: float | None = 0
    ) -> None:
        self._collector = kind(name, words, registry=registry)
        self._labels = labels
        self._values: defaultdict[tuple[str, ...], float] = defaultdict(float)
        if not labels and at_start is not None:
            self._values[()] = at_start  # without labels there is one number, which most know from the start
        _all.append(self)

    def add(self, amount: float, *values: str) -> None:
        """So much more, with these label values."""
        self._values[values] += amount

    def set(self, amount: float, *values: str) -> None:
        """So much, with these label values."""
        self._values[values] = amount

    def only(self, amount: float, *values: str) -> None:
        """So much, with these label values, and from now on nothing with others."""
        self.forget()
        self._values[values] = amount

    def forget(self) -> None:
        """Nothing is known any more: better no number than one that was true once."""
        self._values.clear()
        self._collector.values.clear()

    def tell(self) -> None:
        """Bring aioprometheus' collector up to date."""
        for values, amount in self._values.items():
            self._collector.set(dict(zip(self._labels, values, strict=True)), amount)


class Durations:
    """A histogram for each combination of label values; of seconds, or of whatever its buckets are."""

    def __init__(self, name: str, words: str, *labels: str, buckets: tuple[float, ...]) -> None:
        self._buckets = (*buckets, float("inf"))
        self._collector = Histogram(name, words, registry=registry, buckets=self._buckets)
        self._labels = labels
        self._seen: defaultdict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0] * (len(self._buckets) + 1))
        _all.append(self)

    def __contains__(self, values: tuple[str, ...]) -> bool:
        return values in self._seen

    def observe(self, amount: float, *values: str) -> None:
        """One more that took so long, with these label values."""
        seen = self._seen[values]
        seen[bisect_left(self._buckets, amount)] += 1  # aioprometheus compares with each bound, five times as long
        seen[-1] += amount

    def tell(self) -> None:
        """Bring aioprometheus' collector up to date: there a bucket counts those below it, too."""
        for values, (*counts, total) in self._seen.items():
            told = histogram.Histogram(*self._buckets)
            told.buckets.update(zip(self._buckets, accumulate(counts), strict=True))
            told.observations, told.sum = sum(counts), total
            self._collector.set_value(dict(zip(self._labels, values, strict=True)), told)


requests = Count(Counter, "http_requests_total", "Requests answered.", "method", "route", "status")
request_duration = Durations(
    "http_request_duration_seconds",
    "From the parsed head of a request to its answer, which the site has still to send.",
    "method",
    "route",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0),  # the simulator waits 0.3 s
)
requests_in_flight = Count(Gauge, "http_requests_in_flight", "Requests being answered now.")
request_statements = Durations(
    "http_request_statements",
    "SQL statements that a request ran.",
    "method",
    "route",
    buckets=(0.0, 1.0, 2.0, 3.0, 4.0),
)

query_duration = Durations(
    "db_query_duration_seconds",
    "A statement, from waiting for a connection to its last row, by query file.",
    "query",
    buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 5.0),
)
query_rows = Count(Counter, "db_query_rows_total", "Rows that came back, by query file.", "query")
query_errors = Count(Counter, "db_query_errors_total", "Statements that failed, by query file.", "query")
query_reloads = Count(Counter, "db_query_reloads_total", "Times that db/sql was read again, by result.", "result")
query_files = Count(Gauge, "db_query_files", "Query files in force, by the hash of their statements.", "hash")
queries_loaded = Count(Gauge, "db_queries_loaded_timestamp_seconds", "When the queries in force were loaded.")
query_budgets = Count(Gauge, "db_query_budget_buffers", "Buffers that a query file allows itself.", "query")
pool_connections = Count(Gauge, "db_pool_connections", "Connections to PostgreSQL, by state.", "state")
pool_waiting = Count(Gauge, "db_pool_waiting", "Statements that wait for a connection now.")
pool_waits = Count(Counter, "db_pool_waits_total", "Statements that found no idle connection.")
schema = Count(Gauge, "db_schema_info", "The newest migration of the database.", "migration")

password_duration = Durations(
    "password_duration_seconds",
    "Hashing or verifying a password, waiting in line included.",
    "work",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5),
)
passwords_waiting = Count(Gauge, "passwords_waiting", "Passwords being hashed or waiting for it.")
sign_ins = Count(Counter, "sign_ins_total", "Attempts to sign in on the site, by result.", "result")

users = Count(Gauge, "minitwit_users", "People who have registered.", at_start=None)
messages = Count(Gauge, "minitwit_messages", "Messages that are shown.", at_start=None)
follows = Count(Gauge, "minitwit_follows", "Pairs of which one follows the other.", at_start=None)
users_by_followers = Count(Gauge, "minitwit_users_by_followers", "People, by how many follow them.", "followers")
simulator_latest = Count(Gauge, "simulator_latest", "The number that the simulator sent last.", at_start=None)
simulator_called = Count(
    Gauge,
    "simulator_last_call_timestamp_seconds",
    "When a call with a number came in last, since this process started.",
    at_start=None,
)

build = Count(Gauge, "minitwit_build_info", "What runs here.", "service", "version", "revision")
loop_lag = Durations(
    "event_loop_lag_seconds",
    "How much later than it asked for a task is woken up, looked at four times a second.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
)
process_cpu = Count(Counter, "process_cpu_seconds_total", "Processor time of this process.")
process_memory = Count(Gauge, "process_resident_memory_bytes", "Memory that this process holds.")
process_files = Count(Gauge, "process_open_fds", "File descriptors that this process has open.")
process_files_allowed = Count(Gauge, "process_max_fds", "File descriptors that it may have open.")
process_started = Count(Gauge, "process_start_time_seconds", "When this process started.")
host_cpu = Count(Counter, "host_cpu_seconds_total", "Processor time of the machine, all cores together.", "mode")
host_memory = Count(Gauge, "host_memory_bytes", "Memory of the machine.", "state")


def request_answered(method: str, route: str, status: int, seconds: float, statements: int) -> None:
    """Count a request. `route` is a template; a method that nobody knows shares one label."""
    known = method if method in METHODS else "other"
    if (known, route) not in request_duration:
        for fault in FAULTS:
            requests.add(0, known, route, fault)
    requests.add(1, known, route, str(status))
    request_duration.observe(seconds, known, route)
    request_statements.observe(statements, known, route)


def declared() -> list[tuple[str, str, tuple[str, ...], str]]:
    """Every metric: its name, `counter`, `gauge` or `histogram`, its labels, what it says."""
    collectors = [(metric._collector, metric._labels) for metric in _all]
    return [(each.name, type(each).__name__.lower(), labels, each.doc) for each, labels in collectors]


def page() -> bytes:
    """All metrics in Prometheus' text format, of the content type `CONTENT_TYPE`."""
    for metric in _all:
        metric.tell()
    return bytes(render(registry, [CONTENT_TYPE])[0])
