"""The paths that roles name."""

SELF_SUBJECT_REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
SELF_SUBJECT_ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
SELF_SUBJECT_RULES_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"

PUBLIC = frozenset({"/version", "/healthz", "/livez", "/readyz"})
"""The paths that the role system:public-info-viewer lets anybody read."""

SELF_REVIEWS = frozenset(
    {SELF_SUBJECT_REVIEWS, SELF_SUBJECT_ACCESS_REVIEWS, SELF_SUBJECT_RULES_REVIEWS}
)
"""The paths at which the role system:basic-user lets every authenticated user create objects."""
