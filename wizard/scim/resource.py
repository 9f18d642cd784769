"""A resource as one flat mapping of target attribute paths, and the references inside it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = f"{ENTERPRISE_SCHEMA}:manager"


@dataclass(frozen=True, slots=True)
class Known:
    """A reference to a resource by the id the service gave it."""

    id: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A reference to a resource that may not exist yet, by its identity in the source."""

    source_id: str


Reference = Known | Planned

REDACTED = "[Redact]"
"""What stands in place of a value that must not be shown or kept."""


class Redacted(str):
    """A text that is sent as it is, but is `[Redact]` in every sentence, log and journal.

    It equals the plain text, so that a change is noticed. `str()` and f-strings give `[Redact]`; `text` is the value.
    """

    __slots__ = ()

    @property
    def text(self) -> str:
        """The value itself, for sending and looking up alone."""
        return str.__str__(self)

    @property
    def digest(self) -> str:
        """24 bits of a hash: enough to notice a change, too few to tell the value by trying."""
        return _digest(self.text)

    def strip(self, chars: str | None = None, /) -> "Redacted":
        """As of a text; what is left stays hidden."""
        return self if isinstance(self, Sealed) else Redacted(self.text.strip(chars))

    def __str__(self) -> str:
        return REDACTED

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(REDACTED, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return False
        if isinstance(self, Sealed) or isinstance(other, Sealed):
            return self.digest == (other.digest if isinstance(other, Redacted) else _digest(other))
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.digest)


class Sealed(Redacted):
    """What the journal kept of a redacted value: its digest. It can be compared and never be sent."""

    __slots__ = ()

    @property
    def digest(self) -> str:
        """As it was kept."""
        return self.text


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()


def veiled(resource: "Resource", paths: Collection[str]) -> "Resource":
    """The resource with the texts at these paths redacted."""
    if not any(path in resource for path in paths):
        return resource
    return {path: _veiled(value) if path in paths else value for path, value in resource.items()}


def _veiled(value: "Value") -> "Value":
    if isinstance(value, tuple):
        return tuple(Redacted(one) for one in value)
    return Redacted(value) if isinstance(value, str) and not isinstance(value, Redacted) else value


Value = str | bool | tuple[str, ...] | Known | Planned
"""One value; a tuple where a source gave several for one path (no AWS attribute takes more than one)."""

Resource = Mapping[str, Value]
"""Attribute path -> value, flat, as the mapping tables write it: `userName`, `active`, `name.givenName`,
`emails[type eq "work"].value`, `urn:…:enterprise:2.0:User:department`, `urn:…:enterprise:2.0:User:manager`.
An attribute without a value is absent, never "". Group members are not part of it."""


MULTI_VALUED = frozenset({"emails", "phoneNumbers", "addresses", "ims", "photos", "roles", "entitlements"})
"""Attributes that RFC 7643 4.1.2 makes lists."""

_PATH = re.compile(
    r"""(?:(?P<schema>urn:[^\s\[\]]+):)?
        (?P<attribute>[A-Za-z$][\w$-]*)
        (?:\[type\ eq\ "(?P<type>[^"\\\]]*)"\])?
        (?:\.(?P<sub>[A-Za-z$][\w$-]*))?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class AttributePath:
    """One path, taken apart."""

    attribute: str
    sub: str = ""
    """`value`, `givenName`, …; "" for a simple attribute."""
    type: str | None = None
    """What `[type eq "…"]` names; None without that filter."""
    schema: str = ""
    """The URN before the attribute; "" for the core schema."""

    @property
    def root(self) -> str:
        """The whole attribute as a PATCH path names it, without filter and sub-attribute."""
        return f"{self.schema}:{self.attribute}" if self.schema else self.attribute

    @property
    def is_list(self) -> bool:
        """It stands for part of one item of a list."""
        return not self.schema and self.attribute in MULTI_VALUED


@lru_cache(maxsize=512)
def parse_path(path: str) -> AttributePath:
    """Take a path apart; `ValueError` for what is none (no filter but `type eq` is known)."""
    # The version in a URN holds a dot ("2.0"), so the known extension is cut off before the rest is read.
    if path.startswith(f"{ENTERPRISE_SCHEMA}:"):
        inner = _PATH.fullmatch(path.removeprefix(f"{ENTERPRISE_SCHEMA}:"))
        schema = ENTERPRISE_SCHEMA
    else:
        inner = _PATH.fullmatch(path)
        schema = (inner["schema"] or "") if inner else ""
    if inner is None or (schema == ENTERPRISE_SCHEMA and inner["schema"]):
        raise ValueError(f"not an attribute path: {path}")
    return AttributePath(inner["attribute"], inner["sub"] or "", inner["type"], schema)
