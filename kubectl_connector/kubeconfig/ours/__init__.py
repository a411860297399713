"""What login puts into kubeconfigs, and logout takes out: all that knows of our mark. Pure.

- ``mark`` is the mark itself, and how marked entries are found.
- ``stack`` knows which context was current before each of ours; ``memory`` knows how a file was
  spelt before our first entry came into it.
- ``originals`` knows the entries that login replaces, and how logout gives them back.
- ``logged_in`` says which contexts there are for a connector.
- ``login`` and ``logout`` make the edits.
"""
