"""The half of a connector that is not secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple, TypeVar

from kubectl_connector.errors import UsageError
from kubectl_connector.frozen import MISSING, dataclass, field, fields, replace
from kubectl_connector.frozen import Field as Attribute
from kubectl_connector.model import release_0_1
from kubectl_connector.model.field import CLUSTER, CONNECTOR, Field, FieldKind, Reach
from kubectl_connector.model.kubeconfig import Cluster, Extensions, Impersonation

TYPE = "kubernetes"
"""The only connector type there is, kept in documents so that there can be others."""

LOGIN_MODES = ("embed", "exec")
"""What login can put into a kubeconfig: the credential, or a program that gives it."""

RESOURCE_TYPE = "kubernetes-cluster"
"""What a connector gives access to, in ZenML's words."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,252}")


def check_name(name: str) -> str:
    """``name`` if a connector may be called so: letters, digits and ``. _ @ + -``; UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"\"{_shortened(name)}\" can't be a connector's name",
            "use letters, digits and . _ @ + -, starting with a letter or digit; 253 at most",
        )
    return name


def check_namespace(name: str) -> str:
    """``name`` if Kubernetes takes it for a namespace (an RFC 1123 label); UsageError."""
    if not _NAMESPACE.fullmatch(name):
        raise UsageError(
            f"\"{_shortened(name)}\" can't be a namespace's name",
            "use small letters, digits and -, with a letter or digit at both ends; 63 at most",
        )
    return name


def _shortened(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"


_SHOWN = 60
"""Characters of a bad name that an error repeats."""
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def format_time(moment: datetime) -> str:
    """An aware moment as RFC 3339 in UTC, to the second."""
    # Not strftime, which writes the year 226 with three digits.
    text = moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat()
    return f"{text}Z"


def parse_time(text: str) -> datetime:
    """An RFC 3339 time with its zone, as UTC; ValueError where the zone is missing.

    A fraction of a second may have any length (Go prints nine digits); Python 3.10 reads six.
    """
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a time like 2026-01-31T12:00:00Z')
    date, clock, fraction, zone = found.groups()
    if zone is None:
        raise ValueError(f'"{text}" has no time zone: write it like 2026-01-31T12:00:00Z')
    zone = "+00:00" if zone in "Zz" else zone
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}.{(fraction or '')[:6]:0<6}{zone}")
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text}" is not a time like 2026-01-31T12:00:00Z') from None


_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)


def _check_ref(ref: str) -> str:
    """``ref`` if it can be an item's: part of a file's name, and nothing that leads elsewhere."""
    if not _REF.fullmatch(ref):
        raise ValueError("a reference of a secret must be letters, digits and -")
    return ref


_REF = re.compile(r"[0-9A-Za-z-]{1,64}")


def _labels(labels: Mapping[Any, Any]) -> dict[str, str]:
    if not all(isinstance(text, str) for pair in labels.items() for text in pair):
        raise ValueError("labels must be text: quote them")
    return dict(labels)


def _names(names: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(name, str) for name in names):
        raise ValueError("secretNames must be text: quote them")
    return tuple(names)


def _check_type(name: str) -> str:
    if name != TYPE:
        raise ValueError(f"unknown connector type {name!r}")
    return name


def _end(text: str) -> datetime:
    try:
        end = parse_time(text)
    except ValueError as error:
        raise UsageError(f"--expires-at: {error}", "give a date, a time and a zone") from None
    if end <= datetime.now(timezone.utc):
        raise UsageError(
            f"--expires-at: {text} is in the past",
            "say when the credential is going to end, or leave it out",
        )
    return end


@dataclass(frozen=True)
class Origin:
    """The kubeconfig context that a connector was made from."""

    kubeconfig: str
    """The file that holds the context, absolute."""
    context: str
    credential: bool = True
    """Whether the credential is the context's too; False: it was given since."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Origin:
        """Read what :meth:`to_document` wrote."""
        credential = document.get("credential") is not False
        return cls(document["kubeconfig"], document["context"], credential)

    def to_document(self) -> dict[str, Any]:
        """JSON-like data."""
        document = {"kubeconfig": self.kubeconfig, "context": self.context}
        return document if self.credential else {**document, "credential": False}


@dataclass(frozen=True)
class Original:
    """An entry that login replaced in a kubeconfig, with a secret in it: where its text is kept."""

    ref: str
    """The reference of the item that holds the text."""
    store: str
    kubeconfig: str
    """The file that held the entry, absolute."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Original:
        """Read what :meth:`to_document` wrote."""
        ref, store, kubeconfig = document["ref"], document["store"], document["kubeconfig"]
        if not all(isinstance(text, str) for text in (ref, store, kubeconfig)):
            raise ValueError("originals must be text")
        return cls(_check_ref(ref), store, kubeconfig)

    def to_document(self) -> dict[str, str]:
        """JSON-like data."""
        return {"ref": self.ref, "store": self.store, "kubeconfig": self.kubeconfig}


def _originals(documents: list[Any]) -> tuple[Original, ...]:
    return tuple(Original.from_document(each) for each in documents)


KINDS = ("Secret", "ServiceAccount", "RoleBinding", "ClusterRoleBinding")
"""What can be made in a cluster for a connector."""
_NAME_IN_PATH = re.compile(r"(?!\.{1,2}$)[^/%\s\x00-\x1f\x7f]+")
"""What Kubernetes takes for the name of an object of RBAC; other kinds have stricter ones."""


@dataclass(frozen=True)
class Made:
    """An object that was made in the cluster for a connector."""

    kind: str
    name: str
    namespace: str = ""
    """Empty: it is of the whole cluster."""
    uid: str = ""
    """Tells it from a later one of its name."""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Made:
        """Read what :meth:`to_document` wrote; ValueError for what no cluster can have."""
        if not all(isinstance(text, str) for text in document.values()):
            raise ValueError("made must be text")
        made = cls(**document)
        if made.kind not in KINDS or not _NAME_IN_PATH.fullmatch(made.name):
            raise ValueError("made must be kinds that are made for connectors, and their names")
        if made.namespace and not _NAMESPACE.fullmatch(made.namespace):
            raise ValueError("made must have names of namespaces")
        return made

    def to_document(self) -> dict[str, str]:
        """JSON-like data."""
        return {name: text for name, text in vars(self).items() if text}

    def __str__(self) -> str:
        """As in a sentence, such as ``ServiceAccount shop/reader``."""
        return (
            f"{self.kind} {self.namespace}/{self.name}"
            if self.namespace
            else (f"{self.kind} {self.name}")
        )


def _made(documents: list[Any]) -> tuple[Made, ...]:
    return tuple(Made.from_document(each) for each in documents)


class Form(NamedTuple):
    """How a value stands in a document: its type there, and the ways in and out."""

    kind: type
    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


TEXT = Form(str, str, str)


_LAST = 1_000


def kept(
    key: str, form: Form = TEXT, *, at: int = _LAST, option: Field | None = None
) -> dict[str, Any]:
    """The metadata of an attribute: its key in documents, and its option if it has one.

    ``at`` orders the keys in documents; a key without it comes after the others.
    """
    if option and option.choices:
        form = Form(str, option.check, str)
    return {"key": key, "form": form, "at": at, "option": option}


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What a connector is like: all that a person can say of it, or that a kubeconfig tells.

    Each attribute is declared here, and nowhere else: its key in documents and, where there is
    one, its option (in the order of ``--help``).
    """

    cluster: Cluster = field(
        metadata=kept("cluster", Form(dict, Cluster.from_entry, Cluster.to_entry), at=90)
    )
    """Its attributes have options of their own."""
    cluster_name: str = field(
        metadata=kept(
            "clusterName",
            at=80,
            option=Field(
                "cluster_name",
                "What to call the cluster.",
                group=CLUSTER,
                metavar="NAME",
                question="Name of the cluster",
                reach=Reach.CATALOG,
            ),
        )
    )
    """What people call the cluster: the resource name that the connector gives access to."""
    namespace: str | None = field(
        default=None,
        metadata=kept(
            "namespace",
            at=100,
            option=Field(
                "namespace",
                "The namespace of its contexts.",
                group=CONNECTOR,
                metavar="NAME",
                spelling="-n --namespace",
                question="Namespace",
                completion="namespaces",
                parse=check_namespace,
                reach=Reach.CONTEXTS,
            ),
        ),
    )
    description: str = field(
        default="",
        metadata=kept(
            "description",
            at=50,
            option=Field(
                "description",
                "A note for people.",
                group=CONNECTOR,
                metavar="TEXT",
                question="Description",
                reach=Reach.CATALOG,
            ),
        ),
    )
    labels: Mapping[str, str] = field(
        default_factory=dict,
        metadata=kept(
            "labels",
            Form(dict, _labels, dict),
            at=60,
            option=Field(
                "labels",
                "A label; K- takes it away. Repeatable.",
                FieldKind.PAIRS,
                group=CONNECTOR,
                metavar="K=V",
                spelling="-l --label",
                completion="labels",
                reach=Reach.CATALOG,
            ),
        ),
    )
    expires_at: datetime | None = field(
        default=None,
        metadata=kept(
            "expiresAt",
            Form(str, parse_time, format_time),
            at=190,
            option=Field(
                "expires_at",
                "When the credential ends, where it names no earlier time itself (RFC 3339).",
                metavar="TIME",
                parse=_end,
            ),
        ),
    )
    store: str = field(
        metadata=kept(
            "secretStore",
            at=130,
            option=Field("store", "Where secrets go: {choices}.", group=CONNECTOR, metavar="NAME"),
        )
    )
    """The secret store that holds the other half."""
    login_mode: str | None = field(
        default=None,
        metadata=kept(
            "loginMode",
            at=180,
            option=Field(
                "login_mode",
                "How login does it: embed or exec (no secret).",
                group=CONNECTOR,
                metavar="MODE",
                choices=LOGIN_MODES,
                row="LOGIN MODE",
                reach=Reach.CATALOG,
            ),
        ),
    )
    """How login puts it into kubeconfigs, ``embed`` or ``exec``; None: as the settings say."""
    auth_method: str = field(
        metadata=kept(
            "authMethod",
            at=40,
            option=Field("auth_method", "Default: the one that your options fit.", metavar="NAME"),
        )
    )
    configuration: Mapping[str, Any] = field(
        default_factory=dict, metadata=kept("configuration", Form(dict, dict, dict), at=120)
    )
    """What the authentication method keeps that is not secret; JSON-like data."""
    impersonation: Impersonation = field(
        default=Impersonation(),
        metadata=kept(
            "impersonation", Form(dict, Impersonation.from_entry, Impersonation.to_entry), at=110
        ),
    )
    extensions: Extensions = field(
        default=Extensions(),
        metadata=kept(
            "extensions", Form(dict, Extensions.from_document, Extensions.to_document), at=115
        ),
    )
    """What other programs noted in the kubeconfig; login writes it beside our mark."""
    origin: Origin | None = field(
        default=None,
        metadata=kept("origin", Form(dict, Origin.from_document, Origin.to_document), at=220),
    )


@dataclass(frozen=True, kw_only=True)
class Connector(Spec):
    """A named way into a cluster, without its secrets. Times are aware, in UTC."""

    id: str = field(metadata=kept("id", at=10))
    name: str = field(metadata=kept("name", Form(str, check_name, str), at=20))
    type: str = field(default=TYPE, metadata=kept("type", Form(str, _check_type, str), at=30))
    owner: str = field(metadata=kept("owner", at=70))
    created_at: datetime = field(
        metadata=kept("createdAt", Form(str, parse_time, format_time), at=200)
    )
    updated_at: datetime = field(
        metadata=kept("updatedAt", Form(str, parse_time, format_time), at=210)
    )
    secret_names: tuple[str, ...] = field(
        default=(), metadata=kept("secretNames", Form(list, _names, list), at=140)
    )
    """The names of the method's values in the secret half."""
    secret_ref: str | None = field(
        default=None, metadata=kept("secretRef", Form(str, _check_ref, str), at=150)
    )
    """The reference of the secret half in the store; None: there is none to read."""
    issued_ref: str | None = field(
        default=None, metadata=kept("issuedRef", Form(str, _check_ref, str), at=160)
    )
    """The reference of the last credential that the method issued, where that is kept."""
    issued_at: datetime | None = field(
        default=None, metadata=kept("issuedAt", Form(str, parse_time, format_time), at=162)
    )
    """When that was issued."""
    issued_until: datetime | None = field(
        default=None, metadata=kept("issuedUntil", Form(str, parse_time, format_time), at=164)
    )
    """When that ends, as far as it is known."""
    valid_from: datetime | None = field(
        default=None, metadata=kept("validFrom", Form(str, parse_time, format_time), at=185)
    )
    """When the life of the credential that is kept began, as far as that says so itself."""
    originals: tuple[Original, ...] = field(
        default=(),
        metadata=kept(
            "originals",
            Form(list, _originals, lambda them: [each.to_document() for each in them]),
            at=230,
        ),
    )
    """What its logins replaced and its store keeps; logout gives it back."""
    made: tuple[Made, ...] = field(
        default=(),
        metadata=kept(
            "made", Form(list, _made, lambda them: [each.to_document() for each in them]), at=240
        ),
    )
    """What was made in the cluster for it."""
    proxy_has_password: bool = field(
        default=False, metadata=kept("proxyHasPassword", Form(bool, bool, bool), at=170)
    )
    """Whether the secret half holds the proxy's URL, which then is shown without user and password
    here."""

    def expired(self, now: datetime) -> bool:
        """Whether the credential's known end has passed."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def warn_from(self) -> datetime | None:
        """From when on people are told that the credential ends; None where no end is known.

        That is its last tenth, but a week at most and five minutes at least: that suits a token of
        an hour and a certificate of a year. A life whose beginning is not known is counted from the
        last change; without a least notice one that was changed just before its end would be fine.
        """
        if self.expires_at is None:
            return None
        tenth = (self.expires_at - (self.valid_from or self.updated_at)) / 10
        return self.expires_at - min(max(tenth, _LEAST_NOTICE), _LONGEST_NOTICE)

    def ends_soon(self, now: datetime) -> bool:
        """Whether it is time to tell people that it ends, or it has ended."""
        return self.warn_from is not None and now > self.warn_from

    def ends_within(self, span: timedelta, now: datetime) -> bool:
        """Whether the known end comes within ``span``, or has passed."""
        return self.expires_at is not None and self.expires_at <= now + span

    def to_document(self) -> dict[str, Any]:
        """JSON-like data in a stable order: the catalog's form and that of ``-o json|yaml``."""
        document = {}
        for name, (key, form, _) in _KEPT.items():
            value = getattr(self, name)
            if value is not None and (written := form.write(value)) not in ("", False, {}, []):
                document[key] = written
            if name == "expires_at" and self.warn_from:
                document[_WARN_FROM] = format_time(self.warn_from)
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Connector:
        """Read what :meth:`to_document` wrote.

        Raises ValueError that names the field when one is missing, unknown or of a wrong type.
        """
        values = {}
        for name, (key, form, required) in _KEPT.items():
            value = document.get(key)
            if value is None and required:
                raise ValueError(f"{key} is missing")
            if value is not None and not isinstance(value, form.kind):
                raise ValueError(f"{key} must be a {form.kind.__name__}")
            if value is not None:
                values[name] = form.read(value)
        unknown = sorted(str(key) for key in document if key not in _KEYS)
        if unknown:
            raise ValueError(f'unknown field "{unknown[0]}"')
        connector = cls(**values)
        if connector.secret_names and not connector.secret_ref:
            raise ValueError("secretRef is missing")
        return connector

    @classmethod
    def from_document_v1(cls, document: Mapping[str, Any]) -> Connector:
        """Read what release 0.1 wrote, which kept the secret half under the connector's id.

        It had names of its own among those of the method's values. Raises ValueError.
        """
        names = document.get("secretNames")
        if isinstance(names, list) and names:
            document = {
                **document,
                "secretNames": [name for name in names if name not in release_0_1.OWN_NAMES],
                "secretRef": document.get("id"),
                "proxyHasPassword": release_0_1.PROXY_URL in names,
            }
        return cls.from_document(document)


def _is_required(attribute: Attribute[Any]) -> bool:
    return attribute.default is MISSING and attribute.default_factory is MISSING


_KEPT: dict[str, tuple[str, Form, bool]] = {
    each.name: (each.metadata["key"], each.metadata["form"], _is_required(each))
    for each in sorted(fields(Connector), key=lambda each: each.metadata["at"])
}
"""The attributes of a connector: key and form in documents, and whether it must be there."""

_WARN_FROM = "warnFrom"
"""The key of :attr:`Connector.warn_from`, which follows from the rest and is written for readers
that count in no times: the credential path."""
_LEAST_NOTICE, _LONGEST_NOTICE = timedelta(minutes=5), timedelta(days=7)
_KEYS = {_WARN_FROM, *(key for key, _, _ in _KEPT.values())}


AnySpec = TypeVar("AnySpec", bound=Spec)


class SpecField(NamedTuple):
    """A field, and where in a Spec its value is."""

    field: Field
    attribute: str
    within: str
    """The attribute of the Spec that has ``attribute``; empty: the Spec itself."""
    default: Any
    """What the attribute is where nothing is said; MISSING: something must be."""

    def of(self, spec: Spec) -> Any:
        """The field's value in a spec."""
        return getattr(getattr(spec, self.within) if self.within else spec, self.attribute)

    def put(self, spec: AnySpec, value: Any) -> AnySpec:
        """The spec with another value of the field."""
        if not self.within:
            return replace(spec, **{self.attribute: value})
        inner: Any = replace(getattr(spec, self.within), **{self.attribute: value})
        return replace(spec, **{self.within: inner})


def spec_fields() -> dict[str, SpecField]:
    """What a person can say of any connector, by name, in the order of ``--help``."""
    attributes = [("", each) for each in fields(Spec)]
    attributes[:1] = [("cluster", each) for each in fields(Cluster)]
    found = {}
    for within, each in attributes:
        declared: Field | None = each.metadata.get("option")
        if declared:
            default = each.default_factory() if callable(each.default_factory) else each.default
            found[declared.name] = SpecField(declared, each.name, within, default)
    return found


def check_login_mode(mode: str) -> str:
    """``mode`` if it is one of :data:`LOGIN_MODES`; UsageError."""
    return spec_fields()["login_mode"].field.check(mode)
