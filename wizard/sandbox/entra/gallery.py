"""Microsoft's gallery as far as the stand-in has one: AWS IAM Identity Center, and applications made from it."""

import uuid
from typing import Any

from wizard.sandbox.entra.refusals import bad_request, unknown_object
from wizard.sandbox.entra.tenant import SERVICE_PRINCIPAL, USER_ROLE, Tenant

TEMPLATE_ID = "21ed01d2-ec13-4e9e-86c1-cd546719ebc4"
APP_ID = "2fbc8259-0f56-4f56-9870-93a228020936"
NAME = "AWS IAM Identity Center (successor to AWS Single Sign-On)"
REPLICATION_LOOKS = 2
"""How many looks do not find a new application: Microsoft says to ask every five to ten seconds until it appears."""


def template() -> dict[str, Any]:
    """The gallery's template."""
    return {
        "id": TEMPLATE_ID,
        "displayName": NAME,
        "homePageUrl": "https://aws.amazon.com/",
        "supportedSingleSignOnModes": ["saml", "external"],
        "supportedProvisioningTypes": ["sync"],
        "categories": ["developerServices", "itInfrastructure", "security"],
        "publisher": "Amazon Web Services, Inc.",
        "description": "Manage access to AWS accounts and applications in one place.",
    }


def install(tenant: Tenant) -> None:
    """Put the application that is there from the beginning into a tenant."""
    tenant.principals[SERVICE_PRINCIPAL] = _principal(tenant, SERVICE_PRINCIPAL, APP_ID, NAME)


def instantiate(tenant: Tenant, template_id: str, body: Any) -> dict[str, Any]:
    """Make an application from the template; it appears a little later. Raises a 400 or 404 refusal."""
    if template_id != TEMPLATE_ID:
        raise unknown_object(template_id)
    name = str((body or {}).get("displayName") or "").strip()
    if not name:
        raise bad_request("Invalid value specified for property 'displayName' of resource 'ServicePrincipal'.")
    principal_id, app_id = str(uuid.uuid4()), str(uuid.uuid4())
    made = tenant.principals[principal_id] = _principal(tenant, principal_id, app_id, name)
    tenant.hidden[principal_id] = REPLICATION_LOOKS
    application = {
        "id": str(uuid.uuid4()),
        "appId": app_id,
        "applicationTemplateId": TEMPLATE_ID,
        "displayName": name,
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [],
        "appRoles": made["appRoles"],
    }
    return {"application": application, "servicePrincipal": made}


def _principal(tenant: Tenant, principal_id: str, app_id: str, name: str) -> dict[str, Any]:
    roles = [
        {
            "allowedMemberTypes": ["User"],
            "description": role,
            "displayName": role,
            "id": role_id,
            "isEnabled": True,
            "origin": "Application",
            "value": None,
        }
        for role, role_id in (("User", USER_ROLE), ("msiam_access", "e7f1a7f3-9eda-48e0-9963-bd67bf531afd"))
    ]
    return {
        "id": principal_id,
        "appId": app_id,
        "displayName": name,
        "accountEnabled": True,
        "applicationTemplateId": TEMPLATE_ID,
        "appRoleAssignmentRequired": True,
        "appRoles": roles,
        "appOwnerOrganizationId": tenant.id,
        "servicePrincipalType": "Application",
    }
