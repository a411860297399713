"""Use cases, one a file: a request in, a result out.

Nothing here prints, prompts, or reads the environment; what the outside world is comes in a
:class:`~kubectl_connector.operations.workspace.Workspace`.
"""
