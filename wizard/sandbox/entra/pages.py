"""Lists and change feeds as Graph pages them: nextLink, deltaLink, opaque tokens, slices of big memberships."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wizard.sandbox.entra.refusals import bad_request, stale_token
from wizard.sandbox.entra.tenant import Kind, Tenant

DEFAULT_PAGE, LARGEST_PAGE = 100, 999
DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "users": ("businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone",
              "officeLocation", "preferredLanguage", "surname", "userPrincipalName"),
    "groups": ("id", "deletedDateTime", "description", "displayName", "groupTypes", "mail", "mailEnabled",
               "mailNickname", "securityEnabled"),
}  # fmt: skip
_USER_NAMES = """
    accountEnabled ageGroup businessPhones city companyName country createdDateTime creationType deletedDateTime
    department displayName employeeHireDate employeeId employeeOrgData employeeType externalUserState faxNumber
    givenName id identities imAddresses jobTitle mail mailNickname mobilePhone officeLocation
    onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId
    onPremisesSamAccountName onPremisesSyncEnabled onPremisesUserPrincipalName otherMails postalCode
    preferredLanguage proxyAddresses state streetAddress surname usageLocation userPrincipalName userType
"""
_GROUP_NAMES = """
    classification createdDateTime deletedDateTime description displayName groupTypes id mail mailEnabled
    mailNickname onPremisesSyncEnabled proxyAddresses securityEnabled visibility
"""
_KNOWN: Mapping[str, frozenset[str]] = {
    "users": frozenset(_USER_NAMES.split()),
    "groups": frozenset(_GROUP_NAMES.split()),
}
_LISTS = frozenset({"businessPhones", "groupTypes", "otherMails", "proxyAddresses", "identities", "imAddresses"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a list or of a feed."""

    select: tuple[str, ...]
    navigation: str
    """"manager" or "members", where the feed was asked for it."""


def asked(kind: Kind, select: str, navigation: str) -> Asked:
    """Read `$select`; raises a 400 refusal for a property that does not exist."""
    names = tuple(name.strip() for name in select.split(",") if name.strip())
    known = _KNOWN[kind]
    for name in names:
        if name not in known and name != navigation and not name.startswith("extension_"):
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{kind[:-1]}'.")
    chosen = tuple(dict.fromkeys(("id", *(name for name in names if name != navigation)))) if names else ()
    return Asked(chosen or DEFAULTS[kind], navigation if navigation in names else "")


def shown(thing: Mapping[str, Any], select: tuple[str, ...]) -> dict[str, Any]:
    """An object with the properties asked for; one that was never set is null."""
    return {name: thing.get(name, [] if name in _LISTS else None) for name in select}


def page_size(text: str) -> int:
    """Read `$top`; raises a 400 refusal outside 1 to 999."""
    if not text:
        return DEFAULT_PAGE
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise bad_request(f"Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive.")
    return int(text)


def written(token: Mapping[str, Any]) -> str:
    """An opaque token."""
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode().rstrip("=")


def read(token: str) -> dict[str, Any]:
    """What an opaque token holds; raises a 400 refusal."""
    try:
        found = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, dict):
        raise bad_request("Badly formed content.")
    return found


@dataclass(frozen=True, slots=True)
class Manner:
    """How feeds tell what they tell; Microsoft promises less than it usually does."""

    page: int = 200
    """At most so many entries on a page."""
    members: int = 20
    """So many changes of members in one entry; more come in further entries of the same group."""
    repeats: bool = False
    """Every entry is sent twice, the second time in reverse order."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The change feed of one kind: `/users/delta` or `/groups/delta`."""

    tenant: Tenant
    kind: Kind
    url: str
    """The feed's address, without a query."""
    manner: Manner = Manner()

    def page(self, query: Mapping[str, str], largest: int) -> dict[str, Any]:
        """Return one page of changes, with its next or delta link; raises a 410 refusal for an expired token."""
        given = query.get("$deltatoken", query.get("$deltaToken", ""))
        navigation = "manager" if self.kind == "users" else "members"
        now = len(self.tenant.log)
        if "$skiptoken" in query:
            state = read(query["$skiptoken"])
        elif given == "latest" or not given:
            select = asked(self.kind, query.get("$select", ""), navigation)
            state = {"since": now if given else 0, "upto": now, "at": 0, "all": not given,
                     "select": select.select, "navigation": select.navigation}  # fmt: skip
        else:
            state = {**read(given), "upto": now, "at": 0, "all": False}
        if state.setdefault("epoch", self.tenant.epoch) != self.tenant.epoch:
            raise stale_token(self.url)
        entries = self._entries(state)
        chosen = entries[state["at"] : state["at"] + min(largest, self.manner.page)]
        return {**self._link(state, len(entries), len(chosen)), "value": chosen}

    def _link(self, state: dict[str, Any], found: int, taken: int) -> dict[str, str]:
        if state["at"] + taken < found:
            return {"@odata.nextLink": f"{self.url}?$skiptoken={written({**state, 'at': state['at'] + taken})}"}
        kept = {
            "epoch": state["epoch"],
            "since": state["upto"],
            "select": state["select"],
            "navigation": state["navigation"],
        }
        return {"@odata.deltaLink": f"{self.url}?$deltatoken={written(kept)}"}

    def _entries(self, state: dict[str, Any]) -> list[dict[str, Any]]:
        if state["all"]:
            touched: dict[str, list[str]] = {
                key: list(self.tenant.members.get(key, ())) for key in self.tenant.store(self.kind)
            }
        else:
            touched = {}
            for change in self.tenant.log[state["since"] : state["upto"]]:
                if change.kind == self.kind:
                    members = touched.setdefault(change.id, [])
                    if change.member and change.member not in members:
                        members.append(change.member)
        told = [entry for key, members in touched.items() for entry in self._of(key, members, state)]
        return [*told, *reversed(told)] if self.manner.repeats else told

    def _of(self, key: str, touched: list[str], state: dict[str, Any]) -> list[dict[str, Any]]:
        """Entries of one object: several where many of its members changed."""
        if key in self.tenant.deleted or key in self.tenant.deleted_groups:
            return [{"id": key, "@removed": {"reason": "changed"}}]
        thing = self.tenant.store(self.kind).get(key)
        if thing is None:
            return [{"id": key, "@removed": {"reason": "deleted"}}]
        entry = shown(thing, tuple(state["select"]))
        if state["navigation"] == "manager":
            manager = self.tenant.managers.get(key)
            told = [self._reference(one, removed=True) for one in touched if one != manager]
            if manager in self.tenant.users:
                told.append(self._reference(manager))
            return [{**entry, "manager@delta": told} if told else entry]
        if state["navigation"] != "members" or not touched:
            return [entry]
        few = self.manner.members
        slices = [touched[at : at + few] for at in range(0, len(touched), few)]
        return [{**entry, "members@delta": [self._member(key, one) for one in slice_]} for slice_ in slices]

    def _member(self, group_id: str, member: str) -> dict[str, Any]:
        return self._reference(member, removed=member not in self.tenant.living_members(group_id))

    def _reference(self, object_id: str, removed: bool = False) -> dict[str, Any]:
        kind = "group" if object_id in self.tenant.groups else "user"
        told: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind}", "id": object_id}
        return {**told, "@removed": {"reason": "deleted"}} if removed else told
