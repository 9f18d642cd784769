"""What the tests of the provisioning service share: an application's addresses, secrets, a job, a started job."""

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from tests.entra_process import PRINCIPAL, EntraHandle

SYNC = f"/servicePrincipals/{PRINCIPAL}/synchronization"
RULE = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"
BY_HAND = ("--provisioning", "cycle=0")
"""Options of a sandbox whose cycles tests run."""


def credentials(entra: EntraHandle, **changed: str) -> list[dict[str, str]]:
    """Address and token of the Identity Center beside the tenant."""
    target = entra.identity_center
    pairs = {"BaseAddress": target.tenant_url, "SecretToken": target.token, **changed}
    return [{"key": key, "value": value} for key, value in pairs.items()]


def secrets(entra: EntraHandle, settings: dict[str, Any] | None = None, **changed: str) -> dict[str, Any]:
    """The body of a PUT of all four secrets."""
    told = json.dumps({"Enabled": True, "Recipients": "ops@tidewater.example", **(settings or {})})
    more = {"SyncAll": "false", "SyncNotificationSettings": told, **changed}
    return {"value": credentials(entra, **more)}


def ask(entra: EntraHandle, method: str, path: str, body: Any = None, token: str = "") -> httpx.Response:
    """One call, with another token than the administrator's where one is given."""
    with entra.client() as client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.request(method, path, json=body, headers=headers)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and error code of a refusal."""
    return answer.status_code, str(answer.json()["error"]["code"])


def new_job(entra: EntraHandle, **changed: str) -> str:
    """Save the secrets and make a job; its path."""
    entra.ask("PUT", f"{SYNC}/secrets", secrets(entra, **changed))
    return f"{SYNC}/jobs/{entra.ask('POST', f'{SYNC}/jobs', {'templateId': 'aWSSingleSignon'})['id']}"


Found = TypeVar("Found")


MOST_LOOKS = 3000


def until(look: Callable[[], Found]) -> Found:
    """Look again and again until something is found; fails after MOST_LOOKS."""
    for _ in range(MOST_LOOKS):
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def cycle(entra: EntraHandle) -> dict[str, Any]:
    """Run one cycle of every started job; status codes by job."""
    found: dict[str, Any] = entra.look("POST", "cycle", {})["jobs"]
    return found


def started(entra: EntraHandle, **changed: str) -> str:
    """A job that has ended its first cycle; its path."""
    job = new_job(entra, **changed)
    entra.ask("POST", f"{job}/start")
    cycle(entra)
    return job


def status(entra: EntraHandle, job: str) -> dict[str, Any]:
    """The status part of a job."""
    found: dict[str, Any] = entra.ask("GET", job)["status"]
    return found


def log(entra: EntraHandle, query: str = "") -> list[dict[str, Any]]:
    """All entries of the provisioning log that a query finds, newest first, over all pages."""
    path, rows = f"/auditLogs/provisioning?$top=500{query}", []
    while path:
        page = entra.ask("GET", path)
        rows += page["value"]
        path = page.get("@odata.nextLink", "")
    return rows


def people(entra: EntraHandle) -> dict[str, dict[str, Any]]:
    """The Identity Center's people by user name."""
    return {one["userName"]: one for one in entra.identity_center.state()["users"]}


def groups(entra: EntraHandle) -> dict[str, set[str]]:
    """The Identity Center's groups: the user names of their members."""
    state = entra.identity_center.state()
    names = {one["id"]: one["userName"] for one in state["users"]}
    return {one["displayName"]: {names[member] for member in one["members"]} for one in state["groups"]}
