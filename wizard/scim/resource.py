"""Resources as flat mappings from attribute paths to values, redacted values, and the syntax of paths."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = f"{ENTERPRISE_SCHEMA}:manager"


@dataclass(frozen=True, slots=True)
class Known:
    """A reference by the id that the service assigned."""

    id: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A reference to a resource that may not exist yet, by its source id."""

    source_id: str


Reference = Known | Planned


# Redacted values

REDACTED = "[Redact]"
"""Shown and stored in place of a redacted value."""


class Redacted(str):
    """A text that is sent unchanged but reads `[Redact]` in messages, logs and the journal.

    Equal to its plain text, so that changes are found. `str()` and f-strings return `[Redact]`; `text` is the value.
    """

    __slots__ = ()

    @property
    def text(self) -> str:
        """The value, for requests only."""
        return str.__str__(self)

    def strip(self, chars: str | None = None, /) -> "Redacted":
        """As `str.strip`; the result is redacted too."""
        return self if isinstance(self, Sealed) else Redacted(self.text.strip(chars))

    def __str__(self) -> str:
        return REDACTED

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(REDACTED, spec)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sealed):
            return other == self
        return isinstance(other, str) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(REDACTED)  # equal values have equal hashes, also where only one of them is sealed


@dataclass(frozen=True, slots=True)
class Sealer:
    """Replaces redacted values by a keyed hash: without the key, values cannot be guessed."""

    key: bytes = field(repr=False)
    """16 to 64 bytes."""

    @property
    def name(self) -> str:
        """Identifies a key without revealing it."""
        return blake2b(b"name", key=self.key, digest_size=4).hexdigest()

    def seal(self, value: Redacted) -> str:
        """The text stored in place of the value; a sealed value is returned unchanged."""
        if isinstance(value, Sealed):
            return value.stored
        mac = blake2b(value.text.encode("utf-8", "surrogatepass"), key=self.key, digest_size=16)
        return f"{self.name}:{mac.hexdigest()}"


class Sealed(Redacted):
    """A redacted value that was stored: only its keyed hash is known. Can be compared, not sent.

    Without its key, or stored by a version that used none, it is unknown and equals no value.
    """

    __slots__ = ("_sealer",)
    _sealer: Sealer

    def __new__(cls, stored: str, sealer: Sealer) -> "Sealed":
        """`sealer` has the key that is used now."""
        made = super().__new__(cls, stored)
        made._sealer = sealer
        return made

    @property
    def stored(self) -> str:
        """As stored."""
        return self.text

    @property
    def is_known(self) -> bool:
        """Whether it was sealed with the key that is used now."""
        return self.stored.startswith(f"{self._sealer.name}:")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sealed):
            return self.stored == other.stored
        if not isinstance(other, str) or not self.is_known:
            return False
        return self.stored == self._sealer.seal(other if isinstance(other, Redacted) else Redacted(other))

    __hash__ = Redacted.__hash__


Value = str | bool | tuple[str, ...] | Known | Planned
"""A tuple where a source has several values for one path (AWS accepts one for each attribute)."""

Resource = Mapping[str, Value]
"""Attribute path -> value, paths as in the mapping tables: `userName`, `active`, `name.givenName`,
`emails[type eq "work"].value`, `urn:…:enterprise:2.0:User:department`, `urn:…:enterprise:2.0:User:manager`.
An attribute without a value is absent, never "". Group members are not included."""


def is_active(resource: Resource) -> bool:
    """Whether a person's account is active; one without this attribute counts as active."""
    return resource.get("active") is not False


def value_text(value: "Value | None") -> str:
    """A value as logs and plans show it; "" for none, `[Redact]` for a redacted one."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Known():
            return value.id
        case Planned():
            return value.source_id
        case Redacted():
            return REDACTED
        case tuple():
            return ", ".join(value_text(one) for one in value)
        case _:
            return value


def redact(resource: "Resource", paths: Collection[str]) -> "Resource":
    """The resource with the texts at these paths redacted; the same object if it has none of them."""
    if not any(path in resource for path in paths):
        return resource
    return {path: _redact_value(value) if path in paths else value for path, value in resource.items()}


def _redact_value(value: "Value") -> "Value":
    if isinstance(value, tuple):
        return tuple(Redacted(text) for text in value)
    return Redacted(value) if isinstance(value, str) and not isinstance(value, Redacted) else value


# Paths

MULTI_VALUED = frozenset({"emails", "phoneNumbers", "addresses", "ims", "photos", "roles", "entitlements"})
"""List attributes (RFC 7643 4.1.2)."""

_PATH = re.compile(
    r"""(?:(?P<schema>urn:[^\s\[\]]+):)?
        (?P<attribute>[A-Za-z$][\w$-]*)
        (?:\[type\ eq\ "(?P<type>[^"\\\]]*)"\])?
        (?:\.(?P<sub>[A-Za-z$][\w$-]*))?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class AttributePath:
    """A parsed path."""

    attribute: str
    sub: str = ""
    """`value`, `givenName`, …; "" for a simple attribute."""
    type: str | None = None
    """The type in `[type eq "…"]`; None without that filter."""
    schema: str = ""
    """The URN before the attribute; "" for the core schema."""

    @property
    def root(self) -> str:
        """The attribute without filter and sub-attribute, as a PATCH path."""
        return f"{self.schema}:{self.attribute}" if self.schema else self.attribute

    @property
    def is_list(self) -> bool:
        """Whether it names a part of an item of a list."""
        return not self.schema and self.attribute in MULTI_VALUED


def short_name(path: str) -> str:
    """An attribute as people read it: `department`, `emails`, `addresses.locality`."""
    if path.startswith("urn:"):
        return path.rpartition(":")[2]
    head, bracket, rest = path.partition("[")
    if not bracket:
        return path
    part = rest.rpartition("].")[2]
    return head if part in ("", "value") else f"{head}.{part}"


def short_names(paths: Iterable[str]) -> tuple[str, ...]:
    """`short_name` of each path, each once."""
    return tuple(dict.fromkeys(short_name(path) for path in paths))


@lru_cache(maxsize=512)
def parse_path(path: str) -> AttributePath:
    """Parse a path; raises `ValueError` (the only filter supported is `type eq`)."""
    # The version in a URN has a dot ("2.0"), so the known extension is removed first.
    if path.startswith(f"{ENTERPRISE_SCHEMA}:"):
        inner = _PATH.fullmatch(path.removeprefix(f"{ENTERPRISE_SCHEMA}:"))
        schema = ENTERPRISE_SCHEMA
    else:
        inner = _PATH.fullmatch(path)
        schema = (inner["schema"] or "") if inner else ""
    if inner is None or (schema == ENTERPRISE_SCHEMA and inner["schema"]):
        raise ValueError(f"not an attribute path: {path}")
    return AttributePath(inner["attribute"], inner["sub"] or "", inner["type"], schema)
