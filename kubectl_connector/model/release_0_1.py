"""The names that release 0.1 kept among those of a method's secret values.

The current versions of the catalog and of items keep such values apart.
"""

PROXY_URL = "proxy_url"
"""The URL of the cluster's proxy, where a password stands in it."""

OWN_NAMES = frozenset((PROXY_URL, "expires_at", "token_source"))
"""All of these names; no authentication method had a secret value of such a name."""
