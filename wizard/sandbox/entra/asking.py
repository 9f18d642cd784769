"""One request to the stand-in's Graph, and how a list is answered in pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from wizard.sandbox.entra.pages import Manner, read, written
from wizard.sandbox.entra.refusals import not_allowed
from wizard.sandbox.entra.synchronization.service import Service
from wizard.sandbox.entra.tenant import Tenant
from wizard.sandbox.entra.tokens import Caller


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to Graph, single or part of a batch."""

    tenant: Tenant
    base: str
    """Base URL of Graph: http://127.0.0.1:PORT/v1.0."""
    path: str
    query: Mapping[str, str]
    eventual: bool
    """The header ConsistencyLevel: eventual was sent."""
    body: Any
    permissions: frozenset[str]
    caller: Caller
    service: Service
    """The provisioning service of the tenant."""
    largest: int
    """Prefer: odata.maxpagesize, or more than any page holds."""
    manner: Manner
    short: bool
    """Answer pages of people with one too few, and no link."""

    def need(self, *permissions: str) -> None:
        """Refuse (403) where the token has none of these."""
        if not self.permissions.intersection(permissions):
            raise not_allowed()


Reply = tuple[int, Any]
Act = Callable[[Ask, tuple[str, ...]], Reply | Awaitable[Reply]]


def listed(ask: Ask, things: list[dict[str, Any]], context: str, size: int) -> dict[str, Any]:
    """A page of a list, and the link to the next one."""
    at = int(read(ask.query["$skiptoken"])["at"]) if "$skiptoken" in ask.query else 0
    chosen = things[at : at + size]
    body: dict[str, Any] = {"@odata.context": f"{ask.base}/$metadata#{context}"}
    if ask.query.get("$count") == "true" and ask.eventual and not at:
        body["@odata.count"] = len(things)
    if at + size < len(things):
        kept = urlencode({key: value for key, value in ask.query.items() if key != "$skiptoken"}, safe="$,()")
        link = f"{ask.base}{ask.path}?{kept}{'&' if kept else ''}$skiptoken={written({'at': at + size})}"
        body["@odata.nextLink"] = link
    return {**body, "value": chosen}
