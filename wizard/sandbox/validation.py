"""AWS's rules for the attributes of people and groups: required, supported, single, patterns, lengths, reserved.

Lengths and patterns are those of the Identity Store API; the sentences are those of AWS's CloudTrail examples.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex

from wizard.sandbox.errors import bad_request
from wizard.sandbox.store import ENTERPRISE_SCHEMA, Resource

MOST_MEMBERS = 100
"""Membership changes that one request may carry (CreateGroup, PatchGroup)."""

MOST_CHARACTERS = 1024
RESERVED = frozenset({"administrator", "awsadministrators"})
"""Names that neither a person nor a group may have (Identity Store API)."""

REFUSED_TODAY: re.Pattern[str] | None = None
"""The newest documents forbid no character beyond the patterns."""

REFUSED_STRICTLY: re.Pattern[str] | None = re.compile(r"[\t\n\r<>;:%]")
"""What Microsoft's tutorial (2024), and AWS's guide until 2022, say is refused in synchronised attributes."""


@dataclass(frozen=True, slots=True)
class Text:
    """What one text attribute may hold."""

    longest: int
    """In characters; the shortest is always 1."""
    pattern: regex.Pattern[str]
    shown: str
    """The pattern as AWS writes it in its sentence."""
    any_character: bool = False
    """Whether even the refused characters may occur: a web address needs its colon."""


_WIDE = regex.compile(r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r \u00A0\u3000]+")
_TIGHT = regex.compile(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+")
_WIDE_SHOWN = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
WIDE = Text(MOST_CHARACTERS, _WIDE, _WIDE_SHOWN)
ADDRESS_OF_PAGE = Text(MOST_CHARACTERS, _WIDE, _WIDE_SHOWN, any_character=True)
USER_NAME = Text(128, _TIGHT, _TIGHT.pattern)
EXTERNAL_ID = Text(256, _TIGHT, _TIGHT.pattern)

USER_TEXTS: Mapping[str, Text] = {
    "externalId": EXTERNAL_ID,
    "userName": USER_NAME,
    "displayName": WIDE,
    "nickName": WIDE,
    "profileUrl": ADDRESS_OF_PAGE,
    "userType": WIDE,
    "title": WIDE,
    "preferredLanguage": WIDE,
    "locale": WIDE,
    "timezone": WIDE,
}
NAME_PARTS = ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
LIST_PARTS: Mapping[str, tuple[str, ...]] = {
    "emails": ("value", "type"),
    "addresses": (
        "type",
        "formatted",
        "streetAddress",
        "locality",
        "region",
        "postalCode",
        "country",
    ),
    "phoneNumbers": ("value", "type"),
    "roles": ("value", "type"),
}
"""Multi-valued attributes and their texts; each may have a `primary` beside them, and none a `display`."""

ENTERPRISE_PARTS = ("employeeNumber", "costCenter", "organization", "division", "department")
READ_ONLY = frozenset({"id", "meta", "schemas"})
USER_ATTRIBUTES = frozenset({*USER_TEXTS, "name", "active", *LIST_PARTS, ENTERPRISE_SCHEMA})
REQUIRED = ("userName", "displayName")
REQUIRED_NAMES = ("givenName", "familyName")


class Findings:
    """The violations of one request, gathered so that the answer names all of them, as AWS's does."""

    def __init__(self, refused_characters: re.Pattern[str] | None) -> None:
        self._refused = refused_characters
        self._sentences: list[str] = []

    def add(self, where: str, constraint: str) -> None:
        """Note that the value at `where` breaks a constraint, worded as `Member must …`."""
        self._sentences.append(f"Value at '{where}' failed to satisfy constraint: Member must {constraint}")

    def text(self, where: str, value: Any, rule: Text) -> str:
        """Check one text and return it; the pattern comes before the length, as in AWS's example."""
        if not isinstance(value, str):
            self.add(where, "be a string" if value is not None else "not be null")
            return ""
        if not rule.pattern.fullmatch(value):
            self.add(where, f"satisfy regular expression pattern: {rule.shown}")
        if not value:
            self.add(where, "have length greater than or equal to 1")
        if len(value) > rule.longest:
            self.add(where, f"have length less than or equal to {rule.longest}")
        if self._refused is not None and not rule.any_character and self._refused.search(value):
            self.add(where, "not contain a tab, a line break or any of < > ; : %")
        return value

    def boolean(self, where: str, value: Any) -> bool:
        """Check one boolean and return it."""
        if not isinstance(value, bool):
            self.add(where, "be a boolean")
        return bool(value)

    def raise_any(self) -> None:
        """Raise the 400 refusal that names every violation, if there was one."""
        if self._sentences:
            raise bad_request(f"{len(self._sentences)} validation errors detected: " + "; ".join(self._sentences))


def user_attributes(body: Any, refused_characters: re.Pattern[str] | None) -> Resource:
    """What a person's resource may hold, out of a request's body; raises a 400 refusal.

    AWS developer guide, CreateUser and PutUser: userName, displayName, name.givenName and name.familyName are
    required; emails, addresses, phoneNumbers and roles hold one value at most; an e-mail must be primary.
    """
    _known(body, USER_ATTRIBUTES | READ_ONLY)
    findings = Findings(refused_characters)
    user: Resource = {
        name: findings.text(name, body[name], rule) for name, rule in USER_TEXTS.items() if name in body
    }
    for name in REQUIRED:
        if name not in body:
            findings.add(name, "not be null")
    _not_reserved(findings, "userName", user.get("userName", ""))
    user["name"] = _name(findings, body.get("name", {}))
    for name, parts in LIST_PARTS.items():
        user |= _single(findings, name, parts, body.get(name, []))
    user["active"] = findings.boolean("active", body.get("active", True))
    extension = _extension(findings, body.get(ENTERPRISE_SCHEMA, {}))
    findings.raise_any()
    return user | ({ENTERPRISE_SCHEMA: extension} if extension else {})


def group_attributes(body: Any) -> Resource:
    """What a group's resource may hold beside its members, out of a request's body; raises a 400 refusal."""
    _known(body, {"displayName", "externalId", "members"} | READ_ONLY)
    findings = Findings(REFUSED_TODAY)
    group = {}
    if "externalId" in body:
        group["externalId"] = findings.text("externalId", body["externalId"], EXTERNAL_ID)
    group["displayName"] = findings.text("displayName", body.get("displayName"), WIDE)
    _not_reserved(findings, "displayName", group["displayName"])
    findings.raise_any()
    return group


def member_ids(value: Any) -> list[str]:
    """The ids in a list of members `{value, $ref, type}`; raises a 400 refusal (a group cannot be a member)."""
    members = value if isinstance(value, list) else [value]
    ids = []
    for member in members:
        _known(member, {"value", "$ref", "type"})
        user_id = member.get("value")
        if not isinstance(user_id, str) or not user_id or member.get("type", "User") != "User":
            raise bad_request()
        ids.append(user_id)
    if len(ids) > MOST_MEMBERS:
        raise bad_request()
    return ids


def _known(value: Any, names: frozenset[str] | set[str]) -> None:
    """Refuse a value that is not an object, and attributes that AWS lists as unsupported or does not list at all."""
    if not isinstance(value, dict):
        raise bad_request()
    for name in value:
        if name not in names:
            raise bad_request(f"Attribute {name} is not supported.")


def _not_reserved(findings: Findings, where: str, name: str) -> None:
    if name.casefold() in RESERVED:
        findings.add(where, "not be a reserved name")


def _name(findings: Findings, value: Any) -> Resource:
    _known(value, set(NAME_PARTS))
    for part in REQUIRED_NAMES:
        if part not in value:
            findings.add(f"name.{part}", "not be null")
    return {part: findings.text(f"name.{part}", value[part], WIDE) for part in NAME_PARTS if part in value}


def _single(findings: Findings, name: str, parts: tuple[str, ...], values: Any) -> Resource:
    """A multi-valued attribute with its one value, or nothing."""
    if not isinstance(values, list):
        raise bad_request()
    if len(values) > 1:
        raise bad_request(f"List attribute {name} exceeds allowed limit of 1")
    if not values:
        return {}
    value = values[0]
    _known(value, {*parts, "primary"})
    kept: Resource = {part: findings.text(f"{name}.{part}", value[part], WIDE) for part in parts if part in value}
    if "value" in parts and "value" not in value:
        findings.add(f"{name}.value", "not be null")
    if "primary" in value:
        kept["primary"] = findings.boolean(f"{name}.primary", value["primary"])
    if name == "emails" and kept.get("primary") is not True:
        findings.add("emails.primary", "be true: the email must be marked as primary")
    return {name: [kept]}


def _extension(findings: Findings, value: Any) -> Resource:
    """Enterprise attributes; of a manager only `value` is kept, and `displayName` is not supported."""
    _known(value, {*ENTERPRISE_PARTS, "manager"})
    kept: Resource = {
        part: findings.text(f"{ENTERPRISE_SCHEMA}.{part}", value[part], WIDE)
        for part in ENTERPRISE_PARTS
        if part in value
    }
    if "manager" in value:
        manager = value["manager"]
        _known(manager, {"value", "$ref"})
        where = f"{ENTERPRISE_SCHEMA}.manager.value"
        kept["manager"] = {"value": findings.text(where, manager.get("value"), WIDE)}
    return kept
