"""ServiceProviderConfig, Schemas and ResourceTypes, as in AWS's examples."""

from typing import Any

from wizard.sandbox.errors import Refusal
from wizard.sandbox.listing import list_response
from wizard.sandbox.store import ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from wizard.sandbox.validation import ENTERPRISE_PARTS, LIST_PARTS, NAME_PARTS, REQUIRED_NAMES, USER_TEXTS

# Schemas

_DESCRIPTIONS = {
    "userName": "The name the person signs in with.",
    "externalId": "The identifier of the resource at the identity provider.",
    "displayName": "The name shown to people.",
    "nickName": "A casual name.",
    "profileUrl": "The address of a page about the person.",
    "userType": "The relation between the person and the organization.",
    "title": "The job title.",
    "preferredLanguage": "The language the person prefers.",
    "locale": "The place whose conventions the person prefers.",
    "timezone": "The time zone of the person.",
}


def attribute(name: str, kind: str, description: str, **characteristics: Any) -> dict[str, Any]:
    """One attribute's characteristics: optional, single, writable and not unique unless said otherwise."""
    base = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": description,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    if kind == "reference":
        base["referenceTypes"] = ["User"]
    return base | characteristics


def _text(name: str, **characteristics: Any) -> dict[str, Any]:
    kind = "reference" if name == "profileUrl" else "string"
    if kind == "reference":
        characteristics["referenceTypes"] = ["external"]
    return attribute(name, kind, _DESCRIPTIONS.get(name, f"The {name} of the person."), **characteristics)


def _parts(of: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [attribute(name, "string", f"The {name} of the {of}.") for name in names]


def _multiple(name: str, parts: tuple[str, ...]) -> dict[str, Any]:
    primary = attribute("primary", "boolean", "Whether this is the preferred value.")
    description = f"The {name} of the person; at most one."
    return attribute(name, "complex", description, multiValued=True, subAttributes=[*_parts(name, parts), primary])


def _user() -> list[dict[str, Any]]:
    marks: dict[str, dict[str, Any]] = {
        "userName": {"required": True, "uniqueness": "server"},
        "displayName": {"required": True},
        "externalId": {"caseExact": True},
    }
    name_parts = _parts("name", NAME_PARTS)
    for part in name_parts:
        part["required"] = part["name"] in REQUIRED_NAMES
    return [
        *(_text(name, **marks.get(name, {})) for name in USER_TEXTS),
        attribute("name", "complex", "The parts of the person's name.", required=True, subAttributes=name_parts),
        attribute("active", "boolean", "Whether the person may sign in."),
        *(_multiple(name, parts) for name, parts in LIST_PARTS.items()),
    ]


def _enterprise() -> list[dict[str, Any]]:
    manager = [
        attribute("value", "string", "The id of the manager."),
        attribute("$ref", "reference", "The address of the manager's resource."),
    ]
    return [
        *_parts("person", ENTERPRISE_PARTS),
        attribute("manager", "complex", "The person's manager.", subAttributes=manager),
    ]


def _group() -> list[dict[str, Any]]:
    fixed = {"mutability": "immutable"}
    member = [
        attribute("value", "string", "The id of the member.", **fixed),
        attribute("$ref", "reference", "The address of the member's resource.", **fixed),
        attribute("type", "string", "The kind of the member: User.", canonicalValues=["User"], **fixed),
    ]
    return [
        attribute("displayName", "string", "The name of the group.", required=True, uniqueness="server"),
        attribute("externalId", "string", _DESCRIPTIONS["externalId"], caseExact=True),
        attribute("members", "complex", "The members of the group.", multiValued=True, subAttributes=member),
    ]


SCHEMAS: tuple[dict[str, Any], ...] = (
    {"id": USER_SCHEMA, "name": "User", "description": "User Account", "attributes": _user()},
    {
        "id": ENTERPRISE_SCHEMA,
        "name": "EnterpriseUser",
        "description": "Enterprise User",
        "attributes": _enterprise(),
    },
    {"id": GROUP_SCHEMA, "name": "Group", "description": "Group", "attributes": _group()},
)


# Answers

_GUIDE = "https://docs.aws.amazon.com/singlesignon/latest/userguide"
_TYPE_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"

SERVICE_PROVIDER_CONFIG: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "documentationUri": f"{_GUIDE}/manage-your-identity-source-idp.html",
    "authenticationSchemes": [
        {
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "Authentication scheme using the OAuth Bearer Token Standard",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "documentationUri": f"{_GUIDE}/provision-automatically.html",
            "primary": True,
        }
    ],
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 1, "maxPayloadSize": 1048576},
    "filter": {"supported": True, "maxResults": 50},
    "changePassword": {"supported": False},
    "sort": {"supported": False},
    "etag": {"supported": False},
}
"""AWS still says 50 rows here, though its lists give 100."""


def schemas() -> dict[str, Any]:
    """The answer of ListSchemas."""
    return list_response(SCHEMAS)


def schema(urn: str) -> dict[str, Any]:
    """The answer of GetSchema; raises a 404 refusal."""
    for known in SCHEMAS:
        if known["id"] == urn:
            return known
    raise Refusal(404, "SCHEMA does not exist.")


def resource_types(base_url: str) -> dict[str, Any]:
    """The answer of ListResourceTypes; AWS marks the extension as required, and yet returns people without it."""
    user = _resource_type("User", "User Account", USER_SCHEMA, base_url)
    user["schemaExtensions"] = [{"schema": ENTERPRISE_SCHEMA, "required": True}]
    return list_response([user, _resource_type("Group", "Group", GROUP_SCHEMA, base_url)])


def _resource_type(name: str, description: str, schema_urn: str, base_url: str) -> dict[str, Any]:
    return {
        "schemas": [_TYPE_SCHEMA],
        "id": name,
        "name": name,
        "endpoint": f"/{name}s",
        "description": description,
        "schema": schema_urn,
        "meta": {"resourceType": "ResourceType", "location": f"{base_url}/ResourceTypes/{name}"},
    }
