"""The shared data layer, and the only place that speaks to PostgreSQL: SQL in files, and a typed function for each."""

from db.pool import Database, NotReady, QueryFailed, Unavailable, Unstorable, open_database

__all__ = ["Database", "NotReady", "QueryFailed", "Unavailable", "Unstorable", "open_database"]
