"""Every metric, declared once. Durations are seconds; labels are route templates, query names and other words of ours,
never what a client sent, because aioprometheus does not escape them. One process, one registry: each replica is scraped
by itself."""

from aioprometheus.collectors import Counter, Gauge, Histogram, Registry
from aioprometheus.renderer import render

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, float("inf"))
"""0.3 is a bound because the simulator gives up there."""

QUERY_BUCKETS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 5.0, float("inf"))

registry = Registry()

requests = Counter("http_requests_total", "Requests answered.", registry=registry)
request_duration = Histogram(
    "http_request_duration_seconds",
    "From the first byte of a request to the end of its answer.",
    registry=registry,
    buckets=REQUEST_BUCKETS,
)
requests_in_flight = Gauge("http_requests_in_flight", "Requests being answered now.", registry=registry)
request_statements = Histogram(
    "http_request_statements",
    "SQL statements that a request ran.",
    registry=registry,
    buckets=(0.0, 1.0, 2.0, 3.0, 4.0, float("inf")),
)

query_duration = Histogram(
    "db_query_duration_seconds",
    "A statement, from waiting for a connection to its last row, by query file.",
    registry=registry,
    buckets=QUERY_BUCKETS,
)
query_rows = Counter("db_query_rows_total", "Rows that came back, by query file.", registry=registry)
query_errors = Counter("db_query_errors_total", "Statements that failed, by query file.", registry=registry)
pool_connections = Gauge("db_pool_connections", "Connections to PostgreSQL, by state.", registry=registry)

password_duration = Histogram(
    "password_duration_seconds",
    "Hashing or verifying a password, waiting in line included.",
    registry=registry,
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, float("inf")),
)
passwords_waiting = Gauge("passwords_waiting", "Passwords being hashed or waiting for it.", registry=registry)
sign_ins = Counter("sign_ins_total", "Attempts to sign in on the site, by result.", registry=registry)

for _gauge in (requests_in_flight, passwords_waiting):
    _gauge.set({}, 0)


def request_answered(method: str, route: str, status: int, seconds: float, statements: int) -> None:
    """Count a request. `route` is a template; a method nobody knows shares one label."""
    labels = {"method": method if method in METHODS else "other", "route": route}
    requests.inc({**labels, "status": str(status)})
    request_duration.observe(labels, seconds)
    request_statements.observe(labels, statements)


def page() -> bytes:
    """All metrics in Prometheus' text format, of the content type `CONTENT_TYPE`."""
    return bytes(render(registry, [CONTENT_TYPE])[0])
