"""Kubeconfigs: read as kubectl reads them, changed without losing a byte (docs/architecture.md).

From the bottom up; a module imports only those above it in this list, or beside it:

- ``text`` is a package for YAML and JSON text, and knows no kubeconfig; ``paths`` says which files
  kubectl reads.
- ``disk`` reads and replaces whole files, ``lock`` is kubectl's lock on them.
- ``schema`` has the shape of a kubeconfig, ``document`` is one parsed file.
- ``resolve`` adds the files that a cluster or user names; ``view`` is what kubectl sees: the merge
  of all files, each entry parsed once, when it is asked for.
- ``edit`` has the one ``Edit``, and shares it out among the files.
- ``ours`` is a package for the entries that login makes: mark, memory, the edits of login and
  logout. ``apply`` makes an edit in one text, and ``result`` reads the new text back.
- ``write`` does all of this under the lock.

``kuberc`` stands apart: it knows kubectl's policy for credential plugins.

Ids like D1, M4 and W14 in docstrings are those of the rules in docs/kubectl-semantics.md.
"""
