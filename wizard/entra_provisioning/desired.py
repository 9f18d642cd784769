"""What a job wants Microsoft's service to do, in Microsoft's terms; and the schema that says it."""

import copy
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wizard.graph.synchronization import NewSecrets, Notifications
from wizard.mapping.attribute_mapping import AttributeMapping, Mappings
from wizard.mapping.schema_json import export_schema
from wizard.mapping.scoping_filter import ScopingFilter
from wizard.secret import Secret

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A person or group to assign or to provision on demand."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything of a job that Microsoft's service needs, but the access token."""

    application_id: str
    """Object id of the enterprise application; "" = one is added."""
    application_name: str
    address: str
    """SCIM endpoint."""
    mappings: Mappings
    user_filter: ScopingFilter = field(default_factory=ScopingFilter)
    group_filter: ScopingFilter = field(default_factory=ScopingFilter)
    groups: bool = True
    """Groups are provisioned too."""
    sync_all: bool = False
    """Everybody in the tenant; else those assigned to the application."""
    notifications: Notifications = field(default_factory=Notifications)
    keep_out_of_scope: bool = False
    """People who leave the scope are left as they are."""
    assigned: tuple[Person, ...] = ()
    """Who must be assigned; others who are assigned stay so."""
    pilot: tuple[Person, ...] = ()
    """One to five people who are provisioned on demand before the first start."""
    owner: str = ""
    """Client id of an application that signs in without a person: it must own the application to provision on demand."""

    def secrets(self, token: Secret) -> NewSecrets:
        """All that Microsoft saves at once."""
        return NewSecrets(self.address, token, self.sync_all, self.notifications, self.keep_out_of_scope)


def merged_schema(live: Mapping[str, Any], desired: Desired) -> Schema:
    """Return Microsoft's schema with the job's mappings and filters; the rest stays as it is, directories included."""
    base = {name: value for name, value in live.items() if not name.startswith("@")}
    mappings = replace(desired.mappings, imported=json.dumps(base))
    schema: Schema = json.loads(export_schema(mappings, desired.user_filter, desired.group_filter))
    for before, table in zip(object_mappings(base), object_mappings(schema), strict=True):
        if is_groups(table) and not desired.groups:
            table["enabled"] = False
            table["flowTypes"] = before.get("flowTypes", table.get("flowTypes"))
    return schema


def object_mappings(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tables of a schema, people and groups, as parts of it."""
    return [
        table
        for rule in schema.get("synchronizationRules") or ()
        for table in rule.get("objectMappings") or ()
        if isinstance(table.get("attributeMappings"), list)
    ]


def is_groups(table: Mapping[str, Any]) -> bool:
    """Whether an object mapping is that of groups."""
    name = str(table.get("sourceObjectName") or table.get("targetObjectName") or "")
    return name.rpartition(":")[2].casefold() == "group"


def rule_id(schema: Mapping[str, Any]) -> str:
    """Return the id of the rule that on-demand requests name; "" = the schema has none."""
    rules = schema.get("synchronizationRules") or ()
    return next((str(rule["id"]) for rule in rules if rule.get("id")), "")


def same_schema(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two schemas say the same; Microsoft sorts the rows of a table and gives each save a new version."""
    return _plain(one) == _plain(other)


def _plain(schema: Mapping[str, Any]) -> Schema:
    plain = copy.deepcopy(
        {k: v for k, v in schema.items() if not k.startswith("@") and k not in ("id", "version")}
    )
    for table in object_mappings(plain):
        table["attributeMappings"].sort(key=lambda row: json.dumps(row, sort_keys=True))
        if not (table.get("scope") or {}).get("groups"):
            table["scope"] = None
    return plain


def duplicate_targets(mappings: Mappings) -> tuple[str, ...]:
    """Return targets with more than one row: Microsoft refuses them, or mixes the rows."""
    return tuple(_repeated(mappings.users)) + tuple(_repeated(mappings.groups))


def _repeated(rows: Sequence[AttributeMapping]) -> Iterator[str]:
    counts = Counter(row.target for row in rows)
    yield from (target for target, count in counts.items() if count > 1)
