"""Attributes for access control (ABAC): claims that AWS takes as session tags, in a claims mapping policy at Microsoft.

One policy for each application, found again by its name. Nothing of others is changed: claims of a policy that is
assigned already are copied, and that policy is assigned again when ours is removed. Each step is chosen by the
state at Microsoft, so carrying out twice, or again after being killed anywhere, ends in the same state.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import anyio

from wizard.aws.session_tags import CLAIM, MOST_ATTRIBUTES, AccessAttribute, key_problem
from wizard.entra_names import CLAIM_IDS, canonical_name
from wizard.errors import Message, WizardError
from wizard.graph.applications import APPEARS_LOOKS, APPEARS_SECONDS
from wizard.graph.claims_policies import (
    ClaimsPolicy,
    all_policies,
    assign_policy,
    assigned_policies,
    change_policy,
    create_policy,
    delete_policy,
    unassign_policy,
)
from wizard.graph.client import GraphClient
from wizard.http.failures import AnswerLost

_NAMES = {claim_id: name for name, claim_id in CLAIM_IDS.items()}
_NAME = re.compile(
    r"AWS attributes for access control \[(?P<application>[^;\]]+)(?:; replaces (?P<replaced>[^\]]+))?\]"
)
_MOST_STEPS = 12


def check_attributes(attributes: Sequence[AccessAttribute]) -> None:
    """Raises `WizardError` for the first that AWS or Microsoft would refuse."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise WizardError("too-many-attributes", most=MOST_ATTRIBUTES)
    for at, each in enumerate(attributes):
        problem = key_problem(each.key, (before.key for before in attributes[:at]))
        if problem is not None:
            raise WizardError(problem.code, **problem.args)
        if each.attribute not in CLAIM_IDS:
            raise WizardError("attribute-not-a-claim", attribute=each.attribute)


# --- State at Microsoft ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimsState:
    """The claims policies that matter for an application."""

    application_id: str
    own: ClaimsPolicy | None = None
    """Ours, assigned or not."""
    own_is_assigned: bool = False
    other: ClaimsPolicy | None = None
    """Assigned, and not ours."""
    surplus: tuple[ClaimsPolicy, ...] = ()
    """More of ours: the answer to creating one was lost."""
    replaced: ClaimsPolicy | None = None
    """The one that ours was assigned instead of, if it is still there."""

    @property
    def effective(self) -> ClaimsPolicy | None:
        """The one that signs in people now."""
        return self.own if self.own_is_assigned else self.other


async def read_claims(client: GraphClient, application_id: str) -> ClaimsState:
    """Read the policies that matter; raises `WizardError`, also where several policies of others are assigned."""
    assigned = await assigned_policies(client, application_id)
    everything = {each.id: each for each in await all_policies(client)}
    everything |= {each.id: each for each in assigned}
    ours = sorted(
        (each for each in everything.values() if _belongs(each, application_id)),
        key=lambda each: (each not in assigned, each.id),
    )
    others = [each for each in assigned if each not in ours]
    if len(others) > 1:
        raise WizardError("claims-policies-several", names=tuple(each.name for each in others))
    own = ours[0] if ours else None
    return ClaimsState(
        application_id,
        own,
        own in assigned,
        others[0] if others else None,
        tuple(each for each in ours[1:] if each not in assigned),
        everything.get(_replaced(own)) if own is not None else None,
    )


def attributes_of(policy: ClaimsPolicy | None) -> tuple[AccessAttribute, ...]:
    """The attributes for access control in a policy, in its order; () = none, or it cannot be read."""
    try:
        entries = _entries(_definition(policy)) if policy is not None else []
    except WizardError:
        return ()
    found = ((_key(entry), str(entry.get("ID") or entry.get("Value") or "")) for entry in entries if _key(entry))
    return tuple(AccessAttribute(key, _NAMES.get(claim_id.lower(), claim_id)) for key, claim_id in found)


# --- Steps ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One request."""

    action: Literal["create", "change", "assign", "unassign", "delete"]
    policy_id: str = ""
    name: str = ""
    definition: str = ""


def next_step(state: ClaimsState, wanted: Sequence[AccessAttribute]) -> Step | None:
    """The next thing to do; None = it is as wanted. Raises `WizardError` for a policy that cannot be read."""
    if state.surplus:
        return Step("delete", state.surplus[0].id)
    return _towards(state, wanted) if wanted else _away(state)


def _towards(state: ClaimsState, wanted: Sequence[AccessAttribute]) -> Step | None:
    own, other = state.own, state.other
    base = _definition(other or own)
    definition = _with_entries(base, [_entry(each) for each in wanted])
    replaced = other.id if other is not None else _replaced(own)
    name, text = _name(state.application_id, replaced), json.dumps(definition, separators=(",", ":"))
    if own is None:
        return Step("create", name=name, definition=text)
    if not _same(_definition(own), definition) or own.name != name:
        return Step("change", own.id, name, text)
    if other is not None:
        return Step("unassign", other.id)
    return None if state.own_is_assigned else Step("assign", own.id)


def _away(state: ClaimsState) -> Step | None:
    own = state.own
    if own is None:
        return None
    if state.replaced is None and state.own_is_assigned:
        definition = _definition(own)
        others = [entry for entry in _entries(definition) if not _key(entry)]
        if others:  # claims of others in ours are nowhere else: they stay
            left = _with_entries(definition, [])
            text = json.dumps(left, separators=(",", ":"))
            return None if _same(left, definition) else Step("change", own.id, own.name, text)
    if state.own_is_assigned:
        return Step("unassign", own.id)
    if state.replaced is not None and state.other is None:
        return Step("assign", state.replaced.id)
    return Step("delete", own.id)


def claims_after(state: ClaimsState, wanted: Sequence[AccessAttribute]) -> tuple[AccessAttribute, ...]:
    """The attributes that people have after all steps."""
    if wanted:
        return tuple(wanted)
    return attributes_of(state.replaced or state.other) if state.own is not None else attributes_of(state.other)


def concerns_of(state: ClaimsState, wanted: Sequence[AccessAttribute]) -> tuple[Message, ...]:
    """What must be accepted before the policy is written."""
    if not wanted:
        return ()
    if state.other is not None:
        return (Message("claims-policy-of-others", name=state.other.name),)
    return (Message("portal-claims-overridden"),) if state.own is None else ()


# --- Writing --------------------------------------------------------------------------------------------------------


async def write_attributes(client: GraphClient, application_id: str, wanted: Sequence[AccessAttribute]) -> None:
    """Take every step that is left; raises `WizardError`."""
    for _ in range(_MOST_STEPS):
        step = next_step(await read_claims(client, application_id), wanted)
        if step is None:
            return
        await _take(client, application_id, step)
    raise WizardError("claims-policy-changes-meanwhile")


async def _take(client: GraphClient, application_id: str, step: Step) -> None:
    match step.action:
        case "create":
            try:
                created = await create_policy(client, step.name, step.definition)
            except AnswerLost:
                created = ""
            await _wait_for(client, created, step.name)
        case "change":
            await change_policy(client, step.policy_id, step.name, step.definition)
        case "assign":
            await _assign(client, application_id, step.policy_id)
        case "unassign":
            await unassign_policy(client, application_id, step.policy_id)
        case "delete":
            await delete_policy(client, step.policy_id)


async def _wait_for(client: GraphClient, policy_id: str, name: str) -> None:
    """Wait until a new policy is listed: else the next look would create another."""
    for _ in range(APPEARS_LOOKS):
        if any(each.id == policy_id or each.name == name for each in await all_policies(client)):
            return
        await anyio.sleep(APPEARS_SECONDS)
    raise WizardError("sign-on-not-visible-yet")


async def _assign(client: GraphClient, application_id: str, policy_id: str) -> None:
    for _ in range(APPEARS_LOOKS):
        if await assign_policy(client, application_id, policy_id):
            return
        await anyio.sleep(APPEARS_SECONDS)
    raise WizardError("sign-on-not-visible-yet")


# --- Definitions ----------------------------------------------------------------------------------------------------

_EMPTY: Mapping[str, Any] = {
    "ClaimsMappingPolicy": {"Version": 1, "IncludeBasicClaimSet": "true", "ClaimsSchema": []}
}


def _name(application_id: str, replaced: str) -> str:
    rest = f"; replaces {replaced}" if replaced else ""
    return f"AWS attributes for access control [{application_id}{rest}]"


def _belongs(policy: ClaimsPolicy, application_id: str) -> bool:
    found = _NAME.fullmatch(policy.name)
    return found is not None and found["application"] == application_id


def _replaced(own: ClaimsPolicy | None) -> str:
    """Id of the policy that ours was assigned instead of; "" = none was assigned."""
    found = _NAME.fullmatch(own.name) if own is not None else None
    return (found["replaced"] or "") if found is not None else ""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _definition(policy: ClaimsPolicy | None) -> Mapping[str, Any]:
    """The definition to add to; raises `WizardError` where it cannot be read, so that none of it is lost."""
    if policy is None:
        return _EMPTY
    whole = _parsed(policy.definition)
    inner = whole.get("ClaimsMappingPolicy") if isinstance(whole, dict) else None
    schema = inner.get("ClaimsSchema", []) if isinstance(inner, dict) else None
    if not isinstance(schema, list) or not all(isinstance(entry, dict) for entry in schema):
        raise WizardError("claims-policy-unreadable", name=policy.name)
    return whole if isinstance(whole, dict) else _EMPTY


def _entries(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(definition["ClaimsMappingPolicy"].get("ClaimsSchema", []))


def _with_entries(definition: Mapping[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The definition with these attributes for access control and no others; other claims stay."""
    inner = definition["ClaimsMappingPolicy"]
    kept = [entry for entry in _entries(definition) if not _key(entry)]
    return {**definition, "ClaimsMappingPolicy": {**inner, "ClaimsSchema": [*kept, *entries]}}


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two definitions are equal but for the order of their claims."""

    def sorted_entries(definition: Mapping[str, Any]) -> list[str]:
        return sorted(json.dumps(entry, sort_keys=True) for entry in _entries(definition))

    def rest(definition: Mapping[str, Any]) -> dict[str, Any]:
        return {**definition, "ClaimsMappingPolicy": {**definition["ClaimsMappingPolicy"], "ClaimsSchema": ()}}

    return rest(one) == rest(other) and sorted_entries(one) == sorted_entries(other)


def _entry(attribute: AccessAttribute) -> dict[str, str]:
    claim_id = CLAIM_IDS[canonical_name(attribute.attribute)]
    return {"Source": "user", "ID": claim_id, "SamlClaimType": f"{CLAIM}{attribute.key}"}


def _key(entry: Mapping[str, Any]) -> str:
    """The key of an attribute for access control; "" = another claim."""
    claim = entry.get("SamlClaimType")
    return claim.removeprefix(CLAIM) if isinstance(claim, str) and claim.startswith(CLAIM) else ""


def spelled(attributes: Iterable[AccessAttribute]) -> tuple[AccessAttribute, ...]:
    """Attributes with Entra's spelling of their names."""
    return tuple(replace(each, attribute=canonical_name(each.attribute)) for each in attributes)
