"""The tenants of the sandbox (the sample company, or generated people), and serving one beside Identity Center."""

import csv
import json
import secrets
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from wizard.sandbox.entra.app import StandIn
from wizard.sandbox.entra.gallery import install
from wizard.sandbox.entra.tenant import Tenant
from wizard.sandbox.entra.tokens import CLIENT_ID, SignIn

TENANT_ID = "9c2f6d4e-0b6a-4c6e-8a39-6f1f3c1d7b52"
GUEST = "nora.lind_partner.example#EXT#@tidewater.example"
_NAMESPACE = uuid.UUID("0d9a4a35-4d0c-4d59-8d52-0a5d2ef0a7c3")


def sample_company() -> Tenant:
    """Tidewater Instruments as a tenant: its people, its groups, a guest; three groups and two people assigned."""
    tenant = Tenant(TENANT_ID)
    install(tenant)
    folder = _resources() / "sample"
    for row in json.loads((folder / "people.json").read_text(encoding="utf-8"))["value"]:
        manager = row.pop("manager", None) or {}
        if not isinstance(row.get("accountEnabled"), bool):
            row["accountEnabled"] = True  # the sample shows what a file may hold; Entra holds a yes or a no
        tenant.add_user(row, str(manager.get("id") or ""))
    tenant.add_user(
        {"id": str(uuid.uuid5(_NAMESPACE, GUEST)), "userPrincipalName": GUEST, "displayName": "Nora Lind",
         "givenName": "Nora", "surname": "Lind", "mail": "nora.lind@partner.example", "userType": "Guest"}
    )  # fmt: skip
    with (folder / "groups.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    by_name = {row["group"]: row["groupId"] for row in rows}
    for name, group_id in by_name.items():
        tenant.add_group({"id": group_id, "displayName": name})
    for row in rows:
        member = by_name.get(row["member"], row["member"])
        if member in tenant.users or member in tenant.groups:
            tenant.add_member(row["groupId"], member)
    for principal in (*list(tenant.groups)[1:4], *list(tenant.users)[:2]):
        tenant.assign(principal)
    return tenant


def crowd(people: int) -> Tenant:
    """A made-up tenant: a group of fifty for every fifty people, each with nine reports; half the groups assigned."""
    tenant = Tenant(TENANT_ID)
    install(tenant)
    ids = [str(uuid.UUID(int=(4 << 76) | (8 << 60) | number)) for number in range(people)]
    for number, user_id in enumerate(ids):
        name = f"person{number:06d}@tidewater.example"
        tenant.add_user(
            {"id": user_id, "userPrincipalName": name, "displayName": f"Person {number:06d}", "givenName": "Person",
             "surname": f"{number:06d}", "mail": name, "department": f"Department {number % 40}",
             "userType": "Member"},
            ids[number // 10] if number else "",
        )  # fmt: skip
    for number in range(0, people, 50):
        group_id = str(uuid.uuid5(_NAMESPACE, str(number)))
        tenant.add_group({"id": group_id, "displayName": f"Team {number // 50:05d}"}, ids[number : number + 50])
        if number % 100 == 0:
            tenant.assign(group_id)
    return tenant


def _resources() -> Path:
    """Where the shipped files lie: in a frozen program, a wheel or a checkout; raises FileNotFoundError."""
    package = Path(__file__).resolve().parents[2]
    frozen: str | None = getattr(sys, "_MEIPASS", None)
    roots = [package / "_resources", package.parent / "resources"]
    if frozen:
        roots.insert(0, Path(frozen) / "resources")
    for root in roots:
        if (root / "sample").exists():
            return root
    raise FileNotFoundError("resources/sample")


@dataclass(frozen=True, slots=True)
class Both:
    """The application that serves both sides, and the lines printed about the tenant at the start."""

    application: ASGIApp
    greeting: tuple[str, ...]


def beside(identity_center: ASGIApp, port: int, people: int, provisioning: Mapping[str, str]) -> Both:
    """A tenant of so many people (0 = the sample company) beside an Identity Center; switches as text."""
    tenant = crowd(people) if people else sample_company()
    stand_in = StandIn(tenant, SignIn(tenant.id, secrets.token_urlsafe(30)))
    stand_in.service.set(provisioning)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        chosen: ASGIApp = stand_in if stand_in.owns(scope["path"]) else identity_center
        await chosen(scope, receive, send)

    root = f"http://127.0.0.1:{port}"
    return Both(
        application,
        (
            f"graph-url: {root}/v1.0",
            f"authority: {root}/{tenant.id}",
            f"client-id: {CLIENT_ID}",
            f"client-secret: {stand_in.sign_in.secret}",
        ),
    )
