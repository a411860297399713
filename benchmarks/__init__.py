"""Measurements; run by `make bench`, never by tests (docs/performance.md)."""
