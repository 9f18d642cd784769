"""The synchronization schema of the gallery application: Microsoft's default, and what may be put in its place.

Sources: the list of target attributes is Microsoft's tutorial for AWS IAM Identity Center (2026-05). Which source
each has by default is not published for this application; the rows are the stock ones of SCIM applications, and what
has no stock default has no row. The group's `members` row, the rule and the metadata are those of Microsoft's printed
template (2021). `PUT` fully replaces; two rows of one target are answered 400, which is derived.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.sandbox.entra.refusals import GraphRefusal
from wizard.sandbox.entra.synchronization.expressions import NotParsed, described, parsed

TEMPLATE = "aWSSingleSignon"
"""The synchronization template, and the factory tag."""
RULE = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"
SOURCE_DIRECTORY, TARGET_DIRECTORY = "Azure Active Directory", "AWSSingleSignon"
_SOURCE_ID, _TARGET_ID = "66e4a8cc-1b7b-435e-95f8-f06cea133828", "8ffa6169-f354-4751-9b77-9c00765be92d"
USER_OBJECT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP_OBJECT = "urn:ietf:params:scim:schemas:core:2.0:Group"

_USER_ROWS: tuple[tuple[str, str], ...] = (
    ("userName", "[userPrincipalName]"),
    ("active", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
    ("displayName", "[displayName]"),
    ("title", "[jobTitle]"),
    ('emails[type eq "work"].value', "[mail]"),
    ("preferredLanguage", "[preferredLanguage]"),
    ("name.givenName", "[givenName]"),
    ("name.familyName", "[surname]"),
    ("name.formatted", 'Join(" ", [givenName], [surname])'),
    ('addresses[type eq "work"].formatted', "[physicalDeliveryOfficeName]"),
    ('addresses[type eq "work"].streetAddress', "[streetAddress]"),
    ('addresses[type eq "work"].locality', "[city]"),
    ('addresses[type eq "work"].region', "[state]"),
    ('addresses[type eq "work"].postalCode', "[postalCode]"),
    ('addresses[type eq "work"].country', "[country]"),
    ('phoneNumbers[type eq "work"].value', "[telephoneNumber]"),
    ("externalId", "[mailNickname]"),
    (f"{USER_OBJECT}:employeeNumber", "[employeeId]"),
    (f"{USER_OBJECT}:department", "[department]"),
    (f"{USER_OBJECT}:manager", "[manager]"),
)
_GROUP_ROWS = (("displayName", "[displayName]"), ("externalId", "[objectId]"), ("members", "[members]"))
_MATCHED = ("userName", "displayName")
_EXTRA_TARGETS = (
    "locale",
    "timezone",
    *(f"{USER_OBJECT}:{name}" for name in ("division", "costCenter", "organization")),
)
"""Targets that the application knows and that no default row writes."""
_SOURCE_NAMES = """
    objectId userPrincipalName originalUserPrincipalName displayName givenName surname mail mailNickname jobTitle
    department companyName employeeId physicalDeliveryOfficeName streetAddress city state postalCode country
    telephoneNumber mobile facsimileTelephoneNumber preferredLanguage usageLocation userType accountEnabled
    IsSoftDeleted proxyAddresses otherMails employeeType onPremisesSamAccountName manager appRoleAssignments
"""
_SOURCE_USER = (*_SOURCE_NAMES.split(), *(f"extensionAttribute{number}" for number in range(1, 16)))
_SOURCE_GROUP = (
    "objectId",
    "displayName",
    "mail",
    "mailNickname",
    "description",
    "securityEnabled",
    "mailEnabled",
    "members",
)


def default_schema(schema_id: str) -> dict[str, Any]:
    """Microsoft's default schema under an id: that of the template or of a job."""
    return {
        "id": schema_id,
        "version": "6.0",
        "synchronizationRules": [
            {
                "containerFilter": None,
                "groupFilter": None,
                "editable": True,
                "id": RULE,
                "name": "USERGROUP_OUTBOUND_USERGROUP",
                "priority": 1,
                "sourceDirectoryName": SOURCE_DIRECTORY,
                "targetDirectoryName": TARGET_DIRECTORY,
                "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
                "objectMappings": [
                    _object_mapping("Groups", "Group", GROUP_OBJECT, _GROUP_ROWS),
                    _object_mapping("Users", "User", USER_OBJECT, _USER_ROWS),
                ],
            }
        ],
        "directories": [
            _directory(_SOURCE_ID, SOURCE_DIRECTORY, {"User": _SOURCE_USER, "Group": _SOURCE_GROUP}),
            _directory(
                _TARGET_ID,
                TARGET_DIRECTORY,
                {
                    USER_OBJECT: ["id", *(target for target, _ in _USER_ROWS), *_EXTRA_TARGETS],
                    GROUP_OBJECT: ["id", *(target for target, _ in _GROUP_ROWS)],
                },
            ),
        ],
    }


def _object_mapping(name: str, source: str, target: str, rows: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    joining = "userName" if source == "User" else "displayName"
    return {
        "enabled": True,
        "flowTypes": "Add,Update,Delete",
        "name": f"Provision Azure Active Directory {name}",
        "scope": None,
        "sourceObjectName": source,
        "targetObjectName": target,
        "metadata": [
            {"key": "Disposition", "value": "Normal"},
            {"key": "EscrowBehavior", "value": "Default"},
            {"key": "OriginalJoiningProperty", "value": joining},
        ],
        "attributeMappings": [
            {
                "defaultValue": None,
                "exportMissingReferences": False,
                "flowBehavior": "FlowWhenChanged",
                "flowType": "Always",
                "matchingPriority": int(row_target == joining),
                "targetAttributeName": row_target,
                "source": described(parsed(expression)),
            }
            for row_target, expression in rows
        ],
    }


def _directory(directory_id: str, name: str, objects: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": directory_id,
        "name": name,
        "discoverabilities": "None",
        "discoveryDateTime": None,
        "readOnly": False,
        "version": "1",
        "objects": [
            {
                "name": kind,
                "supportedApis": [],
                "metadata": [],
                "attributes": [_attribute(attribute, kind) for attribute in attributes],
            }
            for kind, attributes in objects.items()
        ],
    }


def _attribute(name: str, kind: str) -> dict[str, Any]:
    last = name.rpartition(":")[2]
    types = {"manager": "Reference", "members": "Reference", "active": "Boolean", "accountEnabled": "Boolean",
             "securityEnabled": "Boolean", "mailEnabled": "Boolean"}  # fmt: skip
    referenced = [{"referencedObjectName": kind if last == "manager" else "User", "referencedProperty": None}]
    return {
        "name": name,
        "type": types.get(last, "String"),
        "anchor": name in ("id", "objectId"),
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": last in ("members", "proxyAddresses", "otherMails", "appRoleAssignments"),
        "mutability": "ReadOnly" if name == "id" else "ReadWrite",
        "required": name == "id",
        "apiExpressions": [],
        "metadata": [],
        "referencedObjects": referenced if types.get(last) == "Reference" else [],
    }


def template(schema: bool = True) -> dict[str, Any]:
    """The synchronization template of the gallery application."""
    found = {
        "id": TEMPLATE,
        "applicationId": "21ed01d2-ec13-4e9e-86c1-cd546719ebc4",
        "default": True,
        "description": None,
        "discoverable": True,
        "factoryTag": TEMPLATE,
        "metadata": [
            {"key": "galleryApplicationIdentifier", "value": "21ed01d2-ec13-4e9e-86c1-cd546719ebc4"},
            {"key": "galleryApplicationKey", "value": "awssinglesignon"},
            {"key": "isSynchronizationInPreview", "value": "true"},
            {
                "key": "configurationFields",
                "value": '[{"name":"baseaddress"},{"name":"secrettoken","secret":true}]',
            },
        ],
    }
    return {**found, "schema": default_schema(f"{TEMPLATE}.{'0' * 32}")} if schema else found


# What may be put


def put(current: dict[str, Any], body: Any) -> dict[str, Any]:
    """The schema after a PUT, which fully replaces; raises a 400 refusal."""
    if not isinstance(body, dict):
        raise _refused("The request body is empty.")
    for name in ("synchronizationRules", "directories"):
        if not isinstance(body.get(name), list) or not body[name]:
            raise _refused(f"The property '{name}' is required: PUT replaces the schema.")
    return _checked({**_kept(body), "id": current["id"]})


def patched(current: dict[str, Any], body: Any) -> dict[str, Any]:
    """The schema after a PATCH, which takes rules and version alone; raises a 400 refusal."""
    if not isinstance(body, dict) or set(_kept(body)) - {"synchronizationRules", "version"}:
        raise _refused("Only synchronizationRules and version can be changed by PATCH.")
    return _checked({**current, **_kept(body)})


def _kept(body: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy({name: value for name, value in body.items() if not name.startswith("@")})


def _checked(schema: dict[str, Any]) -> dict[str, Any]:
    for mapping in object_mappings(schema):
        targets = [str(row.get("targetAttributeName")) for row in mapping.get("attributeMappings", ())]
        for target in targets:
            if targets.count(target) > 1:
                raise _refused(f"The target attribute '{target}' is mapped more than once.")
        for row in mapping.get("attributeMappings", ()):
            source = row.get("source") or {}
            if source.get("type") == "Function":
                try:
                    parsed(str(source.get("expression") or ""))
                except NotParsed as error:
                    raise _refused(
                        f"The expression of '{row.get('targetAttributeName')}' is wrong: {error}"
                    ) from None
    return schema


def _refused(message: str) -> GraphRefusal:
    return GraphRefusal(400, "SchemaInvalid", message)


# What a cycle reads


def object_mappings(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All object mappings of all rules."""
    for rule in schema.get("synchronizationRules", ()):
        yield from rule.get("objectMappings", ())


def mapping_of(schema: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """The enabled object mapping of `User` or `Group`; None where there is none."""
    for mapping in object_mappings(schema):
        if mapping.get("sourceObjectName") == kind and mapping.get("enabled", True):
            return mapping
    return None


def matching_rows(mapping: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows by which target objects are looked up, lowest precedence first; 0 is no matching."""
    rows = [row for row in mapping.get("attributeMappings", ()) if row.get("matchingPriority", 0) > 0]
    return sorted(rows, key=lambda row: int(row["matchingPriority"]))


def case_exact(schema: Mapping[str, Any], target: str) -> bool:
    """Whether a change of letter case alone is written to a target attribute."""
    return any(
        attribute.get("caseExact", False)
        for directory in schema.get("directories", ())
        if directory.get("name") != SOURCE_DIRECTORY
        for thing in directory.get("objects", ())
        for attribute in thing.get("attributes", ())
        if attribute.get("name") == target
    )
