"""Kubeconfigs: read as kubectl reads them, changed without losing a byte (docs/architecture.md)."""
