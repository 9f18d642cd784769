"""AWS's rules for values, one function each: its docstring states the rule and its source."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import regex

from wizard.aws.interface import Adapted, ObjectKind, Violation
from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.errors import Message
from wizard.names import name_key
from wizard.scim.bodies import items
from wizard.scim.resource import (
    MANAGER,
    MULTI_VALUED,
    REDACTED,
    Known,
    Planned,
    Redacted,
    Resource,
    Value,
    parse_path,
)

MEMBERS_PER_REQUEST = 100
"""Members in one creation or one PATCH of a group (SCIM developer guide, CreateGroup and PatchGroup)."""

EMAIL = 'emails[type eq "work"].value'
NO_WHITE_SPACE = frozenset({"userName", "externalId"})
FREE_OF_FORBIDDEN = frozenset({"profileUrl"})
"""An address needs a colon, so the rule cannot apply to it."""
FORBIDDEN = "\t\n\r<>;:%"
REQUIRED: Mapping[ObjectKind, tuple[str, ...]] = {
    "user": tuple(a.path for a in USER_ATTRIBUTES if a.required),
    "group": tuple(a.path for a in GROUP_ATTRIBUTES if a.required),
}
LENGTHS: Mapping[tuple[ObjectKind, str], int] = {
    ("user", "userName"): 128,
    ("user", "externalId"): 256,
    ("group", "externalId"): 256,
}
LONGEST = 1024
NEVER_CLEARED = frozenset({"active", "userName"})
"""AWS refuses their removal (PatchUser); without a source value they stay."""
RESERVED = frozenset({"administrator", "awsadministrators"})
_RESERVED_PART = "administrator"
"""In all of them."""

_WORD = regex.compile(r"(?V1)[[\p{L}\p{M}\p{S}\p{N}\p{P}]--[<>;:%]]+")
_TEXT = regex.compile(r"(?V1)[[\p{L}\p{M}\p{S}\p{N}\p{P} \u00A0\u3000]--[<>;:%]]+")
_NOT_TAKEN = regex.compile(r"[^\p{L}\p{M}\p{S}\p{N}\p{P}]")
_KNOWN_PATHS: Mapping[ObjectKind, frozenset[str]] = {
    "user": frozenset(a.path for a in (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES)),
    "group": frozenset(a.path for a in GROUP_ATTRIBUTES if a.path != "members"),
}
_TEXT_PATHS = {kind: paths - {"active", MANAGER} for kind, paths in _KNOWN_PATHS.items()}
_REFERENCES = (Known, Planned)
_SHORT = min(LONGEST, *LENGTHS.values())
_PLAIN_LINES = re.compile(rf"(?:[!-$&-9=?-~][ -$&-9=?-~]{{0,{_SHORT - 1}}}\n)+")
"""Lines of printable ASCII without forbidden characters, none empty or beginning with a space."""
_ITEMS = {p: (parse_path(p).attribute, parse_path(p).type) for p in _KNOWN_PATHS["user"] if parse_path(p).is_list}
"""Path -> (list attribute, type)."""


def violations(kind: ObjectKind, resource: Resource) -> tuple[Violation, ...]:
    """All rules that a resource breaks: required attributes first, then in the order of its paths."""
    if _is_plain_resource(kind, resource):
        return ()
    broken = [*_missing(kind, resource)]
    for path, value in resource.items():
        if not _is_plain_value(kind, path, value):
            broken += _value_violations(kind, path, value)
    broken += _one_item_violations(kind, resource)
    return tuple(broken)


def required(kind: ObjectKind) -> tuple[str, ...]:
    """Paths that must have a value."""
    return REQUIRED[kind]


def value_violations(kind: ObjectKind, path: str, value: Value | None) -> tuple[Violation, ...]:
    """The rules that a single value breaks (None = no value), regardless of other values."""
    if value is None:
        return tuple(v for v in _missing(kind, {}) if v.path == path) if path in REQUIRED[kind] else ()
    if _is_plain_value(kind, path, value):
        return ()
    missing = (v for v in _missing(kind, {path: value}) if v.path == path)
    return (*(missing if path in REQUIRED[kind] else ()), *_value_violations(kind, path, value))


def _value_violations(kind: ObjectKind, path: str, value: Value) -> Iterator[Violation]:
    if path not in _KNOWN_PATHS[kind]:
        yield unsupported(kind, path)
    elif isinstance(value, tuple) and len(value) != 1:
        yield more_than_one(path, len(value))
    elif isinstance(value, tuple):
        yield from _value_violations(kind, path, value[0])
    elif value != "":
        wrong = wrong_type(path, value)
        yield from [wrong] if wrong else _text_violations(kind, path, value) if isinstance(value, str) else ()


def _text_violations(kind: ObjectKind, path: str, text: str) -> Iterator[Violation]:
    for rule in (not_a_value, too_long, white_space, forbidden_character, reserved_name):
        if (violation := rule(kind, path, text)) is not None:
            yield violation
            return


def _is_plain_value(kind: ObjectKind, path: str, value: Value) -> bool:
    """Fast path for most values: one test shows that a text breaks no rule (`python -m tests.benchmarks.mapping`)."""
    return (
        isinstance(value, str)
        and len(value) <= _SHORT
        and path in _TEXT_PATHS[kind]
        and (_WORD if path in NO_WHITE_SPACE else _TEXT).fullmatch(value) is not None
        and not value.isspace()
        and value.casefold() not in RESERVED
    )


def _is_plain_resource(kind: ObjectKind, resource: Resource) -> bool:
    """Fast path for most people: one test of the paths and one of all texts show that no rule is broken.

    Measured with 100,000 people by `python -m tests.benchmarks.mapping`.
    """
    texts = [value for value in resource.values() if type(value) is str]
    active, manager = resource.get("active"), resource.get(MANAGER)
    others = (active is True or active is False) + isinstance(manager, _REFERENCES)
    if len(texts) + others != len(resource) or type(active) is str or type(manager) is str:
        return False
    if not _is_plain_shape(kind, tuple(resource)):
        return False
    lines = "\n".join(texts) + "\n"
    if lines.count("\n") != len(texts) or _PLAIN_LINES.fullmatch(lines) is None:
        return False
    for path in NO_WHITE_SPACE:
        if " " in str(resource.get(path, "")):
            return False
    return _RESERVED_PART not in lines.lower()  # ASCII by now


@lru_cache(maxsize=1024)
def _is_plain_shape(kind: ObjectKind, paths: tuple[str, ...]) -> bool:
    types = {_ITEMS[path] for path in paths if path in _ITEMS}
    one_each = len({attribute for attribute, _ in types}) == len(types)
    return one_each and _KNOWN_PATHS[kind].issuperset(paths) and set(paths).issuperset(REQUIRED[kind])


def _missing(kind: ObjectKind, resource: Resource) -> Iterator[Violation]:
    """Required and not empty: userName, name.givenName, name.familyName, displayName; a group's displayName.

    SCIM developer guide, CreateUser and CreateGroup; Microsoft's tutorial, missing attributes.
    """
    for path in REQUIRED[kind]:
        value = resource.get(path, "")
        if value in ("", ()) or (isinstance(value, str) and not value.strip()):
            yield Violation(
                "required-attribute-missing", path, Message("required-attribute-missing", kind=kind, path=path)
            )


def unsupported(kind: ObjectKind, path: str) -> Violation:
    """Only attributes of the schema (SCIM developer guide, limitations)."""
    return Violation("not-a-value", path, Message("attribute-unknown-to-aws", kind=kind, path=path))


def more_than_one(path: str, count: int) -> Violation:
    """At most one value: emails, addresses, phoneNumbers and roles have one item, everything else is single-valued.

    AWS User Guide, troubleshooting: "exceeds allowed limit of 1"; Microsoft's tutorial, multi-valued attributes.
    """
    message = Message("more-than-one-value", path=path, count=count) if count else Message("empty-list", path=path)
    return Violation("more-than-one-value", path, message)


def _one_item_violations(kind: ObjectKind, resource: Resource) -> Iterator[Violation]:
    types: dict[str, set[str | None]] = {}
    for path in resource if kind == "user" else ():
        if (item := _ITEMS.get(path)) is not None:
            types.setdefault(item[0], set()).add(item[1])
    for attribute, of_types in sorted(types.items()):
        if len(of_types) > 1 and len(items(resource, attribute)) > 1:
            yield more_than_one(attribute, len(of_types))


def not_a_value(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """Only letters, marks, symbols, numbers, punctuation and spaces (Identity Store API, patterns).

    So no control characters, no invisible characters such as the zero-width space, no lone surrogates.
    """
    if text.strip() == "" and path not in REQUIRED[kind]:
        return Violation("not-a-value", path, Message("only-white-space", path=path))
    # White space and forbidden characters are reported by stricter rules.
    rest = "".join(c for c in text if c not in FORBIDDEN and not c.isspace())
    match = _NOT_TAKEN.search(rest)
    if match is None:
        return None
    return Violation("not-a-value", path, Message("character-not-taken", path=path, character=ord(match[0])))


def too_long(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """userName has up to 128 characters, externalId up to 256, everything else up to 1,024 (Identity Store API)."""
    longest = LENGTHS.get((kind, path), LONGEST)
    if len(text) <= longest:
        return None
    return Violation("too-long", path, Message("too-long", path=path, length=len(text), limit=longest))


def white_space(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """No white space in userName and externalId (Identity Store API, patterns; CreateUser: no space).

    Elsewhere only the space, the no-break space and the ideographic space.
    """
    if path in NO_WHITE_SPACE:
        bad = next((c for c in text if c.isspace()), None)
    else:
        bad = next((c for c in text if c.isspace() and c not in " \u00a0\u3000" and c not in FORBIDDEN), None)
    if bad is None:
        return None
    return Violation(
        "white-space", path, Message("white-space", path=path, value=_shown(text), character=ord(bad))
    )


def forbidden_character(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """No tab, line break or < > ; : % in any value.

    Microsoft's tutorial, invalid characters; the AWS User Guide stated it for all attributes until 2022-12. AWS's
    current patterns allow them in most fields, but it is not known whether the old rule still applies.
    """
    if path in FREE_OF_FORBIDDEN:
        return None
    bad = tuple(ord(c) for c in dict.fromkeys(text) if c in FORBIDDEN)
    if not bad:
        return None
    message = Message("forbidden-character", path=path, value=_shown(text), characters=bad)
    return Violation("forbidden-character", path, message)


def reserved_name(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """Not Administrator or AWSAdministrators (Identity Store API, CreateUser and CreateGroup)."""
    name_path = "userName" if kind == "user" else "displayName"
    if path != name_path or text.casefold() not in RESERVED:
        return None
    return Violation("reserved-name", path, Message("reserved-name", kind=kind, path=path, value=str(text)))


def wrong_type(path: str, value: Value) -> Violation | None:
    """A boolean in `active`, a reference in manager, text in everything else (SCIM schema)."""
    if path == "active":
        valid, code = isinstance(value, bool), "not-a-boolean"
    elif path == MANAGER:
        valid, code = isinstance(value, Known | Planned), "not-a-person"
    else:
        valid, code = isinstance(value, str), "not-a-text"
    return None if valid else Violation("not-a-value", path, Message(code, path=path))


def adapt(kind: ObjectKind, resource: Resource) -> Adapted:
    """The resource in AWS's form, without loss: outer white space removed, booleans converted, blanks left out."""
    changed: dict[str, Value] = {}
    for path, value in resource.items():
        if type(value) is str and value and value.strip() == value and path != "active":  # nearly every value
            continue
        if not isinstance(value, str | tuple):
            continue
        adapted = _adapted(path, value)
        if adapted is not value:
            changed[path] = adapted
    if not changed:
        return Adapted(resource)
    notes = tuple(
        Message("sent-as-boolean", path=path, value=_shown(str(resource[path])), sent=value)
        if isinstance(value, bool)
        else Message("outer-spaces-left-out", path=path)
        for path, value in changed.items()
        if value not in (resource[path], "", ()) and not isinstance(resource[path], tuple)
    )
    whole = {path: changed.get(path, value) for path, value in resource.items()}
    return Adapted({path: value for path, value in whole.items() if value not in ("", ())}, notes)


_TRUTH = {"true": True, "false": False, "1": True, "0": False}


def _adapted(path: str, value: Value) -> Value:
    match value:
        case tuple():
            values = tuple(text.strip() for text in value if text.strip())
            return values[0] if len(values) == 1 else values
        case str():
            text = value.strip()
            return _TRUTH.get(text.lower(), text) if path == "active" else text
        case _:
            return value


def unique_keys(kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
    """Unique: a person's userName, primary e-mail and externalId; a group's displayName and externalId.

    AWS re:Post and AWS User Guide, troubleshooting duplicates. Compared without case, as the schema says of userName
    (`caseExact: false`); for the others this is the safe side.
    """
    keys = []
    for path in ("userName", EMAIL, "externalId") if kind == "user" else ("displayName", "externalId"):
        value = resource.get(path)
        if isinstance(value, str) and value:
            keys.append((path, name_key(value)))
    return tuple(keys)


def one_item(before: Resource, after: Resource) -> Resource:
    """The desired state with one item in each list: a new item replaces one of another type.

    AWS stores one e-mail address, phone number and address for each person, so an existing one of type "home" is
    replaced by ours of type "work".
    """
    result = dict(after)
    for attribute in MULTI_VALUED:
        paths = [p for p in after if parse_path(p).is_list and parse_path(p).attribute == attribute]
        ours = {parse_path(p).type for p in paths if before.get(p) != after[p]}
        if ours and len({parse_path(p).type for p in paths}) > 1:
            for path in paths:
                if parse_path(path).type not in ours:
                    del result[path]
    return result


def complete_items(before: dict[str, Value], after: dict[str, Value], existing: Resource) -> None:
    """Add to a change the other parts of each list item in it: an item is written whole.

    AWS keeps one item in each list (limitations of its SCIM guide): an item of another type is replaced by ours.
    """
    for item in {path.partition("]")[0] for path in after if "[" in path}:
        attribute = item.partition("[")[0] + "["
        for path, value in existing.items():
            if path.startswith(f"{item}]") and path not in before and path not in after:
                before[path] = after[path] = value
            elif path.startswith(attribute) and not path.startswith(f"{item}]"):
                before[path] = value
    # One part is cleared and others stay: the others are the item that is written.
    for item in {path.partition("]")[0] for path in before if "[" in path and path not in after}:
        for path, value in existing.items():
            if path.startswith(f"{item}]") and path not in before and path not in after:
                before[path] = after[path] = value


def _shown(text: str) -> str:
    """A value for a message: one line, at most 60 characters, `[Redact]` if it is redacted."""
    if isinstance(text, Redacted):
        return REDACTED
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= 60 else f"{line[:59]}…"
