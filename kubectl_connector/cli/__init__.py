"""The command line: one file a verb.

Options and prompts become a request, a result goes to a format, and errors become two
lines and an exit code, in ``main`` alone.
"""
