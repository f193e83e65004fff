"""What the data layer's tests have of their own: tables that are new, because they look at plans and buffers."""

import pytest

from db import Database
from tests import given


@pytest.fixture
async def db(session_db: Database) -> Database:
    """The database both doors stand on, at the begin of each test without a row, not even one that was deleted."""
    await given.new_tables(session_db)
    return session_db
