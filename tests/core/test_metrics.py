"""Metrics: labels are ours, durations are seconds, and the simulator's limit is a bound."""

from core import metrics


def test_a_request_is_counted_under_its_template_and_status() -> None:
    metrics.request_answered("POST", "/msgs/{username}", 204, 0.002, 2)
    page = metrics.page().decode()
    assert 'http_requests_total{method="POST",route="/msgs/{username}",status="204"}' in page
    assert 'http_request_duration_seconds_bucket{le="0.3",method="POST",route="/msgs/{username}"}' in page


def test_methods_that_nobody_knows_share_one_label() -> None:
    metrics.request_answered('BR"EW\n', "/", 405, 0.001, 0)
    metrics.request_answered("PROPFIND", "/", 405, 0.001, 0)
    assert 'http_requests_total{method="other",route="/",status="405"} 2' in metrics.page().decode()
    assert "BR" not in metrics.page().decode()
