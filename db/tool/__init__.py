"""The DBA's commands, one a file: `python -m db explain` is `explain.py`. No door imports anything of it."""
