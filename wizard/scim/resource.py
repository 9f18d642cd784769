"""A resource as one flat mapping of target attribute paths, and the references inside it."""

from collections.abc import Mapping
from dataclasses import dataclass

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

Value = str | bool | tuple[str, ...] | Known | Planned
"""One value; a tuple where a source gave several for one path (no AWS attribute takes more than one)."""

Resource = Mapping[str, Value]
"""Attribute path -> value, flat, as the mapping tables write it: `userName`, `active`, `name.givenName`,
`emails[type eq "work"].value`, `urn:…:enterprise:2.0:User:department`, `urn:…:enterprise:2.0:User:manager`.
An attribute without a value is absent, never "". Group members are not part of it."""
