"""What the endpoint says about itself: ServiceProviderConfig, Schemas and ResourceTypes, as in AWS's examples."""

from typing import Any

from wizard.sandbox.errors import Refusal
from wizard.sandbox.listing import list_response
from wizard.sandbox.schemas import SCHEMAS
from wizard.sandbox.store import ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA

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
