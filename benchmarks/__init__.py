"""Measurements. `make bench` runs them; tests never do (docs/performance.md)."""
