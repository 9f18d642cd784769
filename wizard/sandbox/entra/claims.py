"""Claims mapping policies: objects of the tenant, one at most assigned to an enterprise application."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from wizard.sandbox.entra.asking import Ask, Reply, listed
from wizard.sandbox.entra.pages import page_size
from wizard.sandbox.entra.refusals import GraphRefusal, bad_request, unknown_object
from wizard.sandbox.entra.tenant import Tenant

READERS = frozenset({"Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration", "Directory.ReadWrite.All"})
MAKERS = frozenset({"Policy.ReadWrite.ApplicationConfiguration", "Directory.ReadWrite.All"})
_PROPERTIES = frozenset({"displayName", "description", "definition", "isOrganizationDefault"})
_LOOKS = 1
"""How many looks do not show a new policy yet."""
_USER = {
    "userprincipalname": "userPrincipalName", "displayname": "displayName", "givenname": "givenName",
    "surname": "surname", "mail": "mail", "mailnickname": "mailNickname", "department": "department",
    "jobtitle": "jobTitle", "companyname": "companyName", "employeeid": "employeeId",
    "streetaddress": "streetAddress", "city": "city", "state": "state", "postalcode": "postalCode",
    "country": "country", "preferredlanguage": "preferredLanguage", "facsimiletelephonenumber": "faxNumber",
    "objectid": "id", "othermail": "otherMails",
}  # fmt: skip
"""ID of a claims schema's source `user` -> property of Graph."""
_EXTENSION = re.compile(r"extensionattribute([1-9]|1[0-5])")
_RESTRICTED = re.compile(
    r"http://schemas\.microsoft\.com/identity/claims/(tenantid|objectidentifier|identityprovider)"
)


def policies(ask: Ask, _: tuple[str, ...]) -> Reply:
    """GET /policies/claimsMappingPolicies."""
    there = [one for key, one in ask.tenant.claims_policies.items() if ask.tenant.appears(key)]
    body = listed(ask, there, "policies/claimsMappingPolicies", page_size(ask.query.get("$top", "")))
    return 200, {**body, "value": [_chosen(ask, one) for one in body["value"]]}


def policy(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /policies/claimsMappingPolicies/{id}."""
    return 200, _chosen(ask, _found(ask.tenant, ids[0]))


def create(ask: Ask, _: tuple[str, ...]) -> Reply:
    """POST /policies/claimsMappingPolicies."""
    body = ask.body if isinstance(ask.body, dict) else {}
    if not body.get("displayName") or "definition" not in body:
        raise bad_request("A value is required for property 'definition' of resource 'Policy'.")
    made_id = str(uuid.uuid4())
    made = {"id": made_id, "deletedDateTime": None, "description": None, "isOrganizationDefault": False}
    made.update(_checked(body))
    ask.tenant.claims_policies[made_id] = made
    ask.tenant.hidden[made_id] = _LOOKS
    return 201, {"@odata.context": f"{ask.base}/$metadata#policies/claimsMappingPolicies/$entity", **made}


def change(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """PATCH /policies/claimsMappingPolicies/{id}."""
    found = _found(ask.tenant, ids[0])
    found.update(_checked(ask.body if isinstance(ask.body, dict) else {}))
    return 204, None


def delete(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """DELETE /policies/claimsMappingPolicies/{id}."""
    _found(ask.tenant, ids[0])
    if any(ids[0] in assigned for assigned in ask.tenant.claims_assigned.values()):
        raise bad_request("The policy is assigned to an object.")
    del ask.tenant.claims_policies[ids[0]]
    return 204, None


def assigned(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """GET /servicePrincipals/{id}/claimsMappingPolicies."""
    ask.tenant.application(ids[0])
    there = [ask.tenant.claims_policies[one] for one in ask.tenant.claims_assigned.get(ids[0], ())]
    return 200, listed(ask, there, "policies/claimsMappingPolicies", page_size(ask.query.get("$top", "")))


def assign(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """POST /servicePrincipals/{id}/claimsMappingPolicies/$ref; Microsoft asks for two permissions at once."""
    ask.need("Policy.Read.All", "Directory.ReadWrite.All")
    ask.tenant.application(ids[0])
    link = str((ask.body or {}).get("@odata.id") or "")
    match = re.fullmatch(r"https?://.+/policies/claimsMappingPolicies/([0-9a-fA-F-]{36})", link)
    if not match:
        raise bad_request("A resource reference is expected in '@odata.id'.")
    _found(ask.tenant, match[1])
    kept = ask.tenant.claims_assigned.setdefault(ids[0], [])
    if match[1] in kept:
        raise bad_request("One or more added object references already exist.")
    if kept:
        raise GraphRefusal(
            400,
            "Request_MultipleObjectsWithSameKeyValue",
            "Request contains property changes that would result in property-uniqueness violation(s).",
        )
    kept.append(match[1])
    return 204, None


def unassign(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """DELETE /servicePrincipals/{id}/claimsMappingPolicies/{id}/$ref."""
    ask.need("Policy.Read.All", "Directory.ReadWrite.All")
    ask.tenant.application(ids[0])
    kept = ask.tenant.claims_assigned.get(ids[0], [])
    if ids[1] not in kept:
        raise unknown_object(ids[1])
    kept.remove(ids[1])
    return 204, None


def extra_claims(tenant: Tenant, principal_id: str, person: Mapping[str, Any]) -> dict[str, str] | None:
    """Claim -> value that a policy adds to a person's sign-in, guests none; None = no policy is assigned.

    A source with several values gives the first, one without a value no claim.
    """
    ids = tenant.claims_assigned.get(principal_id, ())
    if not ids:
        return None
    if person.get("userType") == "Guest":
        return {}
    found: dict[str, str] = {}
    for entry in _schema(tenant.claims_policies[ids[0]]["definition"]):
        value = entry.get("Value") or _source_value(entry, person)
        if value and entry.get("SamlClaimType"):
            found[str(entry["SamlClaimType"])] = str(value)
    return found


def _source_value(entry: Mapping[str, Any], person: Mapping[str, Any]) -> object:
    claim_id = str(entry.get("ID") or "").lower()
    extension = _EXTENSION.fullmatch(claim_id)
    if extension:
        held = person.get("onPremisesExtensionAttributes") or {}
        return held.get(f"extensionAttribute{extension[1]}")
    value = person.get(_USER.get(claim_id, ""))
    return value[0] if isinstance(value, list) and value else value


def _found(tenant: Tenant, policy_id: str) -> dict[str, Any]:
    if policy_id not in tenant.claims_policies or not tenant.appears(policy_id):
        raise unknown_object(policy_id)
    return tenant.claims_policies[policy_id]


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    """What was sent; raises a 400 refusal."""
    if not body or set(body) - _PROPERTIES:
        raise bad_request("One or more properties are invalid.")
    if "definition" in body:
        _schema(body["definition"])
    return body


def _schema(definition: object) -> list[dict[str, Any]]:
    """The entries of a definition. Its keys are case-sensitive; claims that Microsoft sets itself cannot be mapped."""
    wrong = bad_request("The policy definition is invalid.")
    if not isinstance(definition, list) or len(definition) != 1 or not isinstance(definition[0], str):
        raise wrong
    try:
        inner = json.loads(definition[0])["ClaimsMappingPolicy"]
        entries = inner.get("ClaimsSchema", [])
        if inner["Version"] != 1 or inner.get("IncludeBasicClaimSet", "true") not in ("true", "false"):
            raise wrong
    except (ValueError, KeyError, TypeError, AttributeError):
        raise wrong from None
    for entry in entries:
        claim_id = str(entry.get("ID") or "").lower()
        known = claim_id in _USER or _EXTENSION.fullmatch(claim_id)
        if entry.get("Source") == "user" and not known:
            raise bad_request(f"The ID '{entry.get('ID')}' is not valid for the source 'user'.")
        if _RESTRICTED.fullmatch(str(entry.get("SamlClaimType"))):
            raise bad_request("The claim type is restricted.")
    return list(entries)


def _chosen(ask: Ask, thing: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in ask.query.get("$select", "").split(",") if name]
    return {name: thing.get(name) for name in names} if names else thing
