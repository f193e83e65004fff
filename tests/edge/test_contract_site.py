"""The site's own tests once more, with nginx in front of it, over https."""

import pytest

from tests.edge.again import again
from tests.edge.nginx import Edge
from tests.web import (
    test_assets,
    test_avatars,
    test_errors,
    test_flash,
    test_followers,
    test_messages,
    test_origin,
    test_public_suite,
    test_sessions,
    test_timelines,
    test_users,
)

MODULES = (
    *(test_assets, test_avatars, test_errors, test_flash, test_followers, test_messages, test_origin),
    *(test_public_suite, test_sessions, test_timelines, test_users),
)

OTHERWISE = frozenset(
    {
        # they speak by hand, without TLS
        "test_no_request_line_ends_in_a_500",
        "test_bytes_in_the_cookie_that_are_no_text_say_nothing",
        "test_nobody_can_hold_the_site_up_by_leaving_in_the_middle_of_a_form",
        # they look for a cookie by the name that it has on plain http: test_hosts.py has its other one
        "test_the_cookie_is_a_random_token_out_of_reach_of_scripts_and_other_sites",
        "test_postgresql_knows_only_the_hash_of_the_token",
        "test_each_sign_in_gets_a_token_of_its_own",
        # it asks for /metrics, which nobody outside gets
        "test_the_numbers_and_the_log_know_sign_ins_but_no_failed_name",
        # nginx refuses a NUL in a path first, with 400 in its own words: test_wire.py
        "test_a_name_that_cannot_be_stored_is_never_a_500",
        "test_nothing_else_is_served_from_there",
    }
)


@pytest.fixture
def site(edge: Edge) -> str:
    """In the place of the site itself."""
    return edge.site


globals().update(again(*MODULES, without=OTHERWISE))
