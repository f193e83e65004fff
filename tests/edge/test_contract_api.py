"""The API's own tests once more, with nginx in front of it, over plain http as the public simulator speaks."""

import pytest

from tests.api import (
    test_auth,
    test_bodies,
    test_errors,
    test_followers,
    test_messages,
    test_parameters,
    test_public_suite,
    test_simulator,
    test_timelines,
    test_users,
)
from tests.edge.again import again
from tests.edge.nginx import Edge

MODULES = (
    *(test_auth, test_bodies, test_errors, test_followers, test_messages),
    *(test_parameters, test_public_suite, test_simulator, test_timelines, test_users),
)

OTHERWISE = frozenset(
    {
        # they speak by hand, under a name that nginx refuses: test_wire.py and test_failures.py have their like
        "test_a_client_that_closes_its_connections_hears_why_it_is_refused",
        "test_a_client_that_leaves_in_the_middle_is_no_error",
        "test_what_is_no_http_ends_with_the_connection",
        # nginx refuses it first, with the same status in other words: test_wire.py
        "test_a_nul_character_is_in_no_name",
        # a compressed answer has no length to tell in advance: test_wire.py
        "test_head_is_get_without_its_body",
    }
)


@pytest.fixture
def api(edge: Edge) -> str:
    """In the place of the API itself."""
    return edge.plain_api


globals().update(again(*MODULES, without=OTHERWISE))
