"""Completion of a half-typed command line, in kubectl's own protocol (docs/architecture.md).

Nothing here imports typer: a person waits at every press of a key. ``tree.py`` is what the engine
knows of the commands; it is made from them by ``make generate``.
"""
