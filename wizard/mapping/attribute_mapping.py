"""One row of the mapping table: which source value flows into which target attribute, in Entra's terms."""

from dataclasses import dataclass
from enum import StrEnum


class MappingKind(StrEnum):
    """Where the value comes from; names of Graph's `attributeMappingSourceType`."""

    ATTRIBUTE = "Attribute"
    CONSTANT = "Constant"
    FUNCTION = "Function"
    """An expression of Entra's language; `source` holds its text."""
    NONE = "None"
    """The target attribute is listed, but nothing flows (the portal's "None"): it is left alone in the target."""


class FlowType(StrEnum):
    """When the value is written; Graph's `attributeFlowType`."""

    ALWAYS = "Always"
    OBJECT_ADD_ONLY = "ObjectAddOnly"


@dataclass(frozen=True, slots=True)
class AttributeMapping:
    """One row."""

    target: str
    """Target attribute path, as `emails[type eq "work"].value`."""
    kind: MappingKind = MappingKind.NONE
    source: str = ""
    """Attribute: the source attribute's name. Constant: the value itself. Function: the expression's text."""
    default: str = ""
    """Written when the source has no value; "" = nothing. (Entra's `defaultValue`, which Entra uses only when it makes
    an object; so do we where `Mappings.clear_emptied` is off.)"""
    flow: FlowType = FlowType.ALWAYS
    matching_priority: int = 0
    """Greater than 0: a matching attribute, lowest first."""


@dataclass(frozen=True, slots=True)
class ObjectFlow:
    """What may happen to objects of one kind; Graph's `flowTypes` of an object mapping."""

    create: bool = True
    update: bool = True
    """Also disabling, as in Entra."""
    delete: bool = True


@dataclass(frozen=True, slots=True)
class Mappings:
    """The two tables."""

    users: tuple[AttributeMapping, ...]
    groups: tuple[AttributeMapping, ...]
    users_flow: ObjectFlow = ObjectFlow()
    groups_flow: ObjectFlow = ObjectFlow()
    clear_emptied: bool = True
    """An attribute cleared in the directory is cleared in AWS. Entra's own service leaves the old value."""
    imported: str = ""
    """The Graph schema these tables came from, its text as it was; "" = none. Export writes the changes into it."""
