"""YAML and JSON text: strings in, strings out. Nothing here knows what a kubeconfig is.

- ``outline`` finds where things stand in a text, ``construct`` builds the data of a part of it.
- ``scalars`` knows what kubectl takes a scalar for, and how to spell a string.
- ``emit`` writes data as text, ``splice`` cuts text out of a text and puts new text in.
"""
