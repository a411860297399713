"""Kubeconfigs: read as kubectl reads them, changed without losing a byte (docs/architecture.md).

``paths`` says which files, ``load`` what kubectl sees in them, ``resolve`` what a context comes to
with the files that it names, ``write`` changes them. Below those, from the disk up:

- ``disk`` reads and replaces whole files; ``lock`` is kubectl's lock on them.
- ``outline`` finds where things stand in a text, ``construct`` gives the data of a part,
  ``scalars`` knows what kubectl takes a scalar for, ``schema`` checks an entry's types,
  ``document`` is one file.
- ``plan`` settles what an edit comes to in one file, ``memory`` what logout must know to undo it,
  ``splice`` and ``emit`` make the new text, ``edit`` puts them together, ``result`` reads it back.
- ``previous`` keeps stacked logins in order; ``kuberc`` knows kubectl's policy for plugins.

Ids like D1, M4 and W14 in docstrings are those of the recorded cases in tests/kubeconfig/vectors:
D which files, M merging, W writing, F fields, X exec plugins, P kubectl plugins.
"""
