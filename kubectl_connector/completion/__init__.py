"""Completion of a half-typed command line, in kubectl's own protocol (docs/architecture.md).

Nothing here imports typer, because a person waits at every press of a key. ``tree.py`` holds what
the engine knows of the commands; ``make generate`` makes it from them.
"""
