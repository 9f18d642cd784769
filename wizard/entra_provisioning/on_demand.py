"""Provision on demand: Microsoft's answer in one of two shapes, as Entra's five steps."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wizard.errors import Message

MOST_MEMBERS = 5
"""Members of a group in one request (provision-on-demand)."""
StepName = Literal["test", "import", "scope", "match", "act"]
Outcome = Literal["success", "warning", "failure", "skipped"]
_STEPS: Mapping[str, StepName] = {
    "import": "import", "scoping": "scope", "matching": "match", "processing": "act", "referenceresolution": "act",
    "export": "act",
}  # fmt: skip
_OUTCOMES: Mapping[str, Outcome] = {
    "success": "success", "skipped": "skipped", "warning": "warning", "failure": "failure",
}  # fmt: skip
_SCOPE_NAMES = {
    "IsActive": "is-active",
    "Active in the source system": "is-active",
    "Assigned": "is-assigned",
    "Assigned to the application": "is-assigned",
    "IsEffectivelyEntitledForProvisioning": "has-role",
    "User has the required role": "has-role",
    "IsInProvisioningScopeDisplayName": "passes-filter",
    "Scoping filter evaluation passed": "passes-filter",
    "SkipReason": "skip-reason",
}
"""Microsoft spells the details of the scope in two ways."""


@dataclass(frozen=True, slots=True)
class OnDemandStep:
    """One of the five steps."""

    step: StepName
    outcome: Outcome
    said: str
    """Microsoft's sentence; "" = none."""
    details: tuple[tuple[str, str], ...] = ()
    """(name, value): what was read, why it is in scope, what was changed. Names of the scope are codes: "is-active"."""


@dataclass(frozen=True, slots=True)
class OnDemandResult:
    """What Microsoft did for one person or group."""

    outcome: Literal["done", "nothing-to-do", "skipped", "failed"]
    """skipped: it is not in scope."""
    message: Message
    steps: tuple[OnDemandStep, ...]


def read_answer(key: str, value: str) -> OnDemandResult:
    """Return what an answer says; both documented shapes, and others as far as they can be read."""
    info, verdict = _info(value), _object(key)
    steps = tuple(_steps(info))
    details = _mapping(verdict.get("details"))
    status = _mapping(info.get("statusInfo"))
    error = str(details.get("errorCode") or _mapping(status.get("errorInformation")).get("errorCode") or "")
    result = str(verdict.get("result") or status.get("status") or "").casefold()
    reason = next((v for step in steps for n, v in step.details if n in ("skip-reason", "SkipReason")), error)
    outcome = _outcome(result, reason, steps)
    message = {
        "done": Message("on-demand-done"),
        "nothing-to-do": Message("on-demand-nothing-to-do"),
        "skipped": Message("on-demand-skipped", reason=reason),
        "failed": Message("on-demand-failed", error=error or result),
    }[outcome]
    return OnDemandResult(outcome, message, steps)


def _outcome(
    result: str, reason: str, steps: tuple[OnDemandStep, ...]
) -> Literal["done", "nothing-to-do", "skipped", "failed"]:
    """Anything but a success or "already the same" was not provisioned."""
    if reason == "RedundantExport":
        return "nothing-to-do"
    outcomes = [step.outcome for step in steps]
    if result == "failure" or "failure" in outcomes:
        return "failed"
    if result == "skipped" or "skipped" in outcomes:
        return "skipped"
    acted = any(step.step == "act" and step.outcome in ("success", "warning") for step in steps)
    return "done" if acted and result in ("", "success", "warning") else "failed"


def _info(value: str) -> Mapping[str, Any]:
    """The object in `value`, or the first of an array."""
    try:
        found = json.loads(value) if value else {}
    except ValueError:
        return {}
    if isinstance(found, list):
        found = found[0] if found else {}
    return _mapping(found)


def _object(key: str) -> Mapping[str, Any]:
    """The verdict in `key`; in the second shape it is the name of a type."""
    try:
        return _mapping(json.loads(key))
    except ValueError:
        return {}


def _steps(info: Mapping[str, Any]) -> Iterator[OnDemandStep]:
    for raw in info.get("provisioningSteps") or ():
        step = _mapping(raw)
        kind = str(step.get("type") or step.get("provisioningStepType") or "").casefold()
        name = _STEPS.get(kind)
        if name is None:
            continue
        details = _mapping(step.get("details"))
        yield OnDemandStep(
            name,
            _OUTCOMES.get(str(step.get("status") or "").casefold(), "warning"),
            str(step.get("description") or ""),
            tuple((_SCOPE_NAMES.get(str(k), str(k)), str(v)) for k, v in details.items() if "@" not in str(k)),
        )
    changed = [_mapping(each) for each in info.get("modifiedProperties") or ()]
    if changed:
        details_of = tuple(
            (str(each.get("displayName") or ""), str(each.get("newValue") or "")) for each in changed
        )
        yield OnDemandStep("act", "success", "", details_of)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
