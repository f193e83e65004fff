"""Everything on one machine, to look at: both doors behind nginx, a standby, exporters, Prometheus, Alertmanager."""
