"""A small SCIM service on loopback whose every answer a test can bend: for what the sandbox cannot be told to do."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.http.loopback_server import Asked, LoopbackServer, Reply, as_json, serving

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def scim_refusal(status: int, detail: str = "") -> Reply:
    body = {
        "schema": [ERROR],
        "schemas": [ERROR],
        "detail": detail,
        "status": str(status),
        "exceptionRequestId": "req-x",
    }
    return as_json(body, status)


@dataclass
class SmallService:
    """People and groups by id; `before` may answer instead of it, `after` may bend what it answered."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    before: Callable[[Asked], Reply | None] = lambda _: None
    after: Callable[[Asked, Reply], Reply] = lambda _, reply: reply
    server: LoopbackServer | None = None

    @property
    def asked(self) -> list[str]:
        assert self.server is not None
        prefix = "/tenant/scim/v2"
        return [f"{a.method} {urlsplit(a.target).path.removeprefix(prefix)}" for a in self.server.asked]

    def __call__(self, asked: Asked) -> Reply:
        return self.before(asked) or self.after(asked, self.act(asked))

    def act(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.target)
        collection, _, resource_id = parts.path.removeprefix("/tenant/scim/v2/").partition("/")
        if collection == "ServiceProviderConfig":
            return as_json({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]})
        store = self.users if collection == "Users" else self.groups
        if asked.method == "POST":
            return self.create(store, asked.json)
        if not resource_id:
            return self.listed(store, parse_qs(parts.query).get("filter", [""])[0])
        if resource_id not in store:
            return scim_refusal(404, f"{'USER' if store is self.users else 'GROUP'} does not exist.")
        if asked.method == "DELETE":
            del store[resource_id]
            return Reply(204)
        if asked.method == "PATCH":
            return self.change(store[resource_id], asked.json["Operations"])
        return as_json(store[resource_id])

    def create(self, store: dict[str, dict[str, Any]], body: dict[str, Any]) -> Reply:
        unique = ("userName", "externalId", "emails") if store is self.users else ("displayName", "externalId")
        if any(
            body.get(u) and str(row.get(u)).lower() == str(body[u]).lower()
            for row in store.values()
            for u in unique
        ):
            return scim_refusal(409, "Refused to create a new, duplicate resource.")
        members = {m["value"] for m in body.pop("members", [])}
        if not members <= set(self.users):
            return scim_refusal(404, "USER does not exist.")
        body["id"] = f"{len(store)}-{len(self.users) + len(self.groups)}"
        self.members[body["id"]] = members
        store[body["id"]] = body
        return as_json(body, 201)

    def listed(self, store: dict[str, dict[str, Any]], only: str) -> Reply:
        rows = list(store.values())
        if only:
            match = re.fullmatch(r'([\w.]+) eq (".*")', only)
            assert match is not None
            path, value = match[1], json.loads(match[2])
            if path == "groups.value":
                rows = [row for row in rows if row["id"] in self.members.get(value, ())]
            else:
                rows = [row for row in rows if str(row.get(path, "")).lower() == value.lower()]
        return as_json({"schemas": [LIST], "Resources": rows})

    def change(self, row: dict[str, Any], changes: list[dict[str, Any]]) -> Reply:
        for change in changes:
            path = change["path"]
            if path == "members":
                ids = {m["value"] for m in change["value"]}
                if change["op"] == "add" and not ids <= set(self.users):
                    return scim_refusal(404, "USER does not exist.")
                present = self.members.setdefault(row["id"], set())
                if change["op"] == "add" and ids & present:
                    return scim_refusal(409, "Refused to create a new, duplicate resource.")
                if change["op"] == "remove" and not ids <= present:
                    return scim_refusal(400, "Request is unparsable, syntactically incorrect, or violates schema.")
                self.members[row["id"]] = present | ids if change["op"] == "add" else present - ids
            elif change["op"] == "remove":
                if path not in row:
                    return scim_refusal(400, "Request is unparsable, syntactically incorrect, or violates schema.")
                del row[path]
            else:
                row[path] = change["value"]
        return as_json(row)


@asynccontextmanager
async def small_service() -> AsyncIterator[SmallService]:
    service = SmallService()
    async with serving(service) as service.server:
        yield service
