"""True at both doors: settings, logs, metrics, passwords, rules. No web framework, no database driver, no SQL."""
