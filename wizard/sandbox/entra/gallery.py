"""Microsoft's gallery as far as the stand-in has one: AWS IAM Identity Center, and applications made from it."""

import uuid
from typing import Any

from wizard.sandbox.entra.refusals import bad_request, unknown_object
from wizard.sandbox.entra.tenant import DEFAULT_ACCESS, SERVICE_PRINCIPAL, USER_ROLE, Tenant

TEMPLATE_ID = "21ed01d2-ec13-4e9e-86c1-cd546719ebc4"
APP_ID = "2fbc8259-0f56-4f56-9870-93a228020936"
NAME = "AWS IAM Identity Center (successor to AWS Single Sign-On)"
OLD_NAME = "AWS Single Sign-on"
"""The gallery's name for it in 2021."""
_OTHER, _OTHER_APP = "7d1a2f7e-50c5-4a08-9d5b-3a0f6f9a4c11", "b8a3d6d2-6f5e-4b39-8d62-0b7f7d0f7c19"
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
    """Put the application that is there from the beginning into a tenant, and one of another maker."""
    tenant.principals[_OTHER] = {**_principal(tenant, _OTHER, _OTHER_APP, NAME), "applicationTemplateId": None}
    _register(tenant, SERVICE_PRINCIPAL, APP_ID, NAME)


def instantiate(tenant: Tenant, template_id: str, body: Any) -> dict[str, Any]:
    """Make an application from the template; it appears a little later. Raises a 400 or 404 refusal."""
    if template_id != TEMPLATE_ID or not tenant.gallery:
        raise unknown_object(template_id)
    name = str((body or {}).get("displayName") or "").strip()
    if not name:
        raise bad_request("Invalid value specified for property 'displayName' of resource 'ServicePrincipal'.")
    principal_id = str(uuid.uuid4())
    tenant.hidden[principal_id] = REPLICATION_LOOKS
    application = _register(tenant, principal_id, str(uuid.uuid4()), name)
    tenant.hidden[str(application["id"])] = REPLICATION_LOOKS
    return {"application": application, "servicePrincipal": tenant.principals[principal_id]}


def arrange(tenant: Tenant, how: str) -> None:
    """Let the applications be otherwise: `none`, `renamed` (as of 2021), `several`, `default-access` (no roles).

    `first-alone`: those that were added are gone.
    """
    match how:
        case "none":
            del tenant.principals[SERVICE_PRINCIPAL]
            tenant.assignments.clear()
        case "renamed":
            tenant.principals[SERVICE_PRINCIPAL]["displayName"] = OLD_NAME
        case "several":
            _register(tenant, str(uuid.uuid4()), str(uuid.uuid4()), OLD_NAME)
        case "first-alone":
            tenant.principals = {SERVICE_PRINCIPAL: tenant.principals[SERVICE_PRINCIPAL]}
        case "default-access":
            principal = tenant.principals[SERVICE_PRINCIPAL]
            principal["appRoles"] = []
            for one in tenant.registrations.values():
                if one["appId"] == principal["appId"]:
                    one["appRoles"] = []
            for assignment in tenant.assignments.values():
                assignment["appRoleId"] = DEFAULT_ACCESS
        case _:
            raise bad_request(f"There is no such arrangement of applications: {how}")


def _register(tenant: Tenant, principal_id: str, app_id: str, name: str) -> dict[str, Any]:
    """Make an enterprise application and what it is registered as; returns the latter."""
    principal = tenant.principals[principal_id] = _principal(tenant, principal_id, app_id, name)
    registration = {
        "id": str(uuid.uuid4()),
        "appId": app_id,
        "applicationTemplateId": TEMPLATE_ID,
        "displayName": name,
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [],
        "web": {"redirectUris": []},
        "appRoles": principal["appRoles"],
    }
    tenant.registrations[registration["id"]] = registration
    return registration


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
        "preferredSingleSignOnMode": None,
        "loginUrl": None,
        "notificationEmailAddresses": [],
        "preferredTokenSigningKeyThumbprint": None,
        "keyCredentials": [],
    }
