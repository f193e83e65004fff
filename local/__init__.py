"""MiniTwit on one machine: an embedded PostgreSQL, both doors, one supervisor. `make run` is `python -m local`."""
