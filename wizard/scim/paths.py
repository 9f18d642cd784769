"""Attribute paths as the mapping tables write them, taken apart: schema, attribute, filter, sub-attribute."""

import re
from dataclasses import dataclass
from functools import lru_cache

from wizard.scim.resource import ENTERPRISE_SCHEMA

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
