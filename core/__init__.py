"""True at both doors: settings, logs, metrics, passwords, rules. No web framework, no database driver, no SQL."""

VERSION = "0.1.0"
"""What pyproject.toml says, which is not there where MiniTwit is installed; a test compares the two."""
