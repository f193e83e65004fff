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


def test_a_duration_is_counted_in_its_bucket_and_in_each_above_it() -> None:
    for seconds in (0.3, 0.31, 9.0):
        metrics.request_duration.observe(seconds, "PUT", "/buckets")
    page = metrics.page().decode()
    for bound, count in (("0.2", 0), ("0.3", 1), ("0.5", 2), ("5.0", 2), ("+Inf", 3)):
        assert f'http_request_duration_seconds_bucket{{le="{bound}",method="PUT",route="/buckets"}} {count}' in page
    assert 'http_request_duration_seconds_count{method="PUT",route="/buckets"} 3' in page
    assert 'http_request_duration_seconds_sum{method="PUT",route="/buckets"} 9.61' in page
