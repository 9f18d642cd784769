"""What AWS takes and refuses, one rule a function: its docstring is the rule and where AWS says it."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import regex

from wizard.aws.interface import Adapted, ObjectKind, Violation
from wizard.aws.schema import GROUP_ATTRIBUTES, MORE_USER_ATTRIBUTES, USER_ATTRIBUTES
from wizard.errors import Message, recorded
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
"""An address cannot do without a colon, so the rule cannot be meant for it."""
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
RESERVED = frozenset({"administrator", "awsadministrators"})

_NAMES = {
    "\t": "a tab",
    "\n": "a line break",
    "\r": "a line break",
    ":": "a colon",
    ";": "a semicolon",
    "%": "a percent sign",
}
_WORD = regex.compile(r"(?V1)[[\p{L}\p{M}\p{S}\p{N}\p{P}]--[<>;:%]]+")
_TEXT = regex.compile(r"(?V1)[[\p{L}\p{M}\p{S}\p{N}\p{P} \u00A0\u3000]--[<>;:%]]+")
_NOT_TAKEN = regex.compile(r"[^\p{L}\p{M}\p{S}\p{N}\p{P}]")
_KNOWN_PATHS: Mapping[ObjectKind, frozenset[str]] = {
    "user": frozenset(a.path for a in (*USER_ATTRIBUTES, *MORE_USER_ATTRIBUTES)),
    "group": frozenset(a.path for a in GROUP_ATTRIBUTES if a.path != "members"),
}
_TEXT_PATHS = {kind: paths - {"active", MANAGER} for kind, paths in _KNOWN_PATHS.items()}
_SHORT = min(LONGEST, *LENGTHS.values())
_PLAIN_LINES = re.compile(rf"(?:[!-$&-9=?-~][ -$&-9=?-~]{{0,{_SHORT - 1}}}\n)+")
"""Texts of printable ASCII without what is forbidden, none of them empty or beginning with a space."""
_ITEMS = {p: (parse_path(p).attribute, parse_path(p).type) for p in _KNOWN_PATHS["user"] if parse_path(p).is_list}
"""Path -> the list it is of, and its type there."""


def violations(kind: ObjectKind, resource: Resource) -> tuple[Violation, ...]:
    """Every rule that a resource breaks, required attributes first, then path by path."""
    if _is_all_harmless(kind, resource):
        return ()
    found = [*_missing(kind, resource)]
    for path, value in resource.items():
        if not _is_harmless(kind, path, value):
            found += _value_violations(kind, path, value)
    found += _one_item_violations(kind, resource)
    return tuple(found)


def required(kind: ObjectKind) -> tuple[str, ...]:
    """Attributes that must have a value."""
    return REQUIRED[kind]


def value_violations(kind: ObjectKind, path: str, value: Value | None) -> tuple[Violation, ...]:
    """The rules that one value breaks by itself, None = there is none; what the other values are is not asked."""
    if value is None:
        return tuple(found for found in _missing(kind, {}) if found.path == path) if path in REQUIRED[kind] else ()
    if _is_harmless(kind, path, value):
        return ()
    missing = (found for found in _missing(kind, {path: value}) if found.path == path)
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
        if (found := rule(kind, path, text)) is not None:
            yield found
            return


def _is_harmless(kind: ObjectKind, path: str, value: Value) -> bool:
    """Whether a text is so plain that it breaks no rule: one look instead of ten, at nearly every value there is."""
    return (
        isinstance(value, str)
        and len(value) <= _SHORT
        and path in _TEXT_PATHS[kind]
        and (_WORD if path in NO_WHITE_SPACE else _TEXT).fullmatch(value) is not None
        and not value.isspace()
        and value.casefold() not in RESERVED
    )


def _is_all_harmless(kind: ObjectKind, resource: Resource) -> bool:
    """Whether nothing in a resource can break a rule: one look at the paths and one at the texts, all in a row.

    Of a hundred thousand people nearly all are as plain as this; whoever is not is looked at value by value.
    """
    texts = [value for value in resource.values() if type(value) is str]
    lines = "".join([f"{text}\n" for text in texts])
    others = isinstance(resource.get("active"), bool) + isinstance(resource.get(MANAGER), Known | Planned)
    return (
        len(texts) + others == len(resource)
        and not isinstance(resource.get("active"), str)
        and not isinstance(resource.get(MANAGER), str)
        and _is_plain_shape(kind, tuple(resource))
        and lines.count("\n") == len(texts)
        and _PLAIN_LINES.fullmatch(lines) is not None
        and not any(" " in str(resource.get(path, "")) for path in NO_WHITE_SPACE)
        and RESERVED.isdisjoint(lines.casefold().split("\n"))
    )


@lru_cache(maxsize=1024)
def _is_plain_shape(kind: ObjectKind, paths: tuple[str, ...]) -> bool:
    types = {_ITEMS[path] for path in paths if path in _ITEMS}
    one_each = len({attribute for attribute, _ in types}) == len(types)
    return one_each and _KNOWN_PATHS[kind].issuperset(paths) and set(paths).issuperset(REQUIRED[kind])


def _missing(kind: ObjectKind, resource: Resource) -> Iterator[Violation]:
    """Required, and not empty: userName, name.givenName, name.familyName, displayName; a group's displayName.

    SCIM developer guide, CreateUser and CreateGroup; Microsoft's tutorial, missing attributes.
    """
    for path in REQUIRED[kind]:
        value = resource.get(path, "")
        if value in ("", ()) or (isinstance(value, str) and not value.strip()):
            yield Violation(
                "required-attribute-missing",
                path,
                recorded(
                    f"{path} has no value, and AWS takes nobody without it. Fill it in the directory, or map it to an "
                    "attribute that has a value."
                    if kind == "user"
                    else f"{path} has no value, and AWS takes no group without it. Give the group a name."
                ),
            )


def unsupported(kind: ObjectKind, path: str) -> Violation:
    """Only the attributes of the schema are taken (SCIM developer guide, limitations)."""
    whom = "people" if kind == "user" else "groups"
    return Violation(
        "not-a-value", path, recorded(f"AWS has no attribute {path} for {whom}. Remove it from the mappings.")
    )


def more_than_one(path: str, count: int) -> Violation:
    """One value at most: emails, addresses, phoneNumbers and roles hold one item, all else is single.

    AWS User Guide, troubleshooting: "exceeds allowed limit of 1"; Microsoft's tutorial, multi-valued attributes.
    """
    return Violation(
        "more-than-one-value",
        path,
        recorded(
            f"{path} has {count} values, and AWS takes one. Keep one in the directory, or let the mapping "
            "choose one, for example with Item([attribute], 1)."
            if count
            else f"{path} has an empty list for a value. Map it to an attribute that has one."
        ),
    )


def _one_item_violations(kind: ObjectKind, resource: Resource) -> Iterator[Violation]:
    types: dict[str, set[str | None]] = {}
    for path in resource if kind == "user" else ():
        if (item := _ITEMS.get(path)) is not None:
            types.setdefault(item[0], set()).add(item[1])
    for attribute, found in sorted(types.items()):
        if len(found) > 1 and len(items(resource, attribute)) > 1:
            yield more_than_one(attribute, len(found))


def not_a_value(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """Letters, marks, symbols, numbers, punctuation and spaces, and nothing else (Identity Store API, patterns).

    So no control characters, no invisible marks such as the zero-width space, no lone surrogates.
    """
    if text.strip() == "" and path not in REQUIRED[kind]:
        return Violation(
            "not-a-value", path, recorded(f"{path} holds only white space. Leave it empty in the directory.")
        )
    # What the stricter rules name better is left to them.
    rest = "".join(c for c in text if c not in FORBIDDEN and not c.isspace())
    match = _NOT_TAKEN.search(rest)
    if match is None:
        return None
    return Violation(
        "not-a-value",
        path,
        recorded(
            f"{path} holds {_named(match[0])}, which AWS does not take. Remove it in the directory, or with Replace() "
            "in the mapping."
        ),
    )


def too_long(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """userName up to 128 characters, externalId up to 256, everything else up to 1,024 (Identity Store API)."""
    longest = LENGTHS.get((kind, path), LONGEST)
    if len(text) <= longest:
        return None
    return Violation(
        "too-long",
        path,
        recorded(
            f"{path} has {len(text):,} characters, and AWS takes {longest:,}. Shorten it in the directory, or with "
            "Left() in the mapping."
        ),
    )


def white_space(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """No white space in userName and externalId (Identity Store API, patterns; CreateUser says no space).

    Elsewhere the space, the no-break space and the ideographic space are taken, and no other.
    """
    if path in NO_WHITE_SPACE:
        bad = next((c for c in text if c.isspace()), None)
    else:
        bad = next((c for c in text if c.isspace() and c not in " \u00a0\u3000" and c not in FORBIDDEN), None)
    if bad is None:
        return None
    return Violation(
        "white-space",
        path,
        recorded(
            f"{path} is “{_shown(text)}” and holds {_named(bad)}, which AWS does not take there. Remove it in the "
            "directory, or with StripSpaces() in the mapping."
        ),
    )


def forbidden_character(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """No tab, line break or < > ; : % in any value.

    Microsoft's tutorial, invalid characters; the AWS User Guide said so of every attribute until 2022-12. AWS's
    present patterns would take them in most fields, but whether the old rule still holds is not known: safe side.
    """
    if path in FREE_OF_FORBIDDEN:
        return None
    bad = [c for c in dict.fromkeys(text) if c in FORBIDDEN]
    if not bad:
        return None
    names = list(dict.fromkeys(_named(c) for c in bad))
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    them = "it" if len(names) == 1 else "them"
    return Violation(
        "forbidden-character",
        path,
        recorded(
            f"{path} is “{_shown(text)}” and holds {listed}, which AWS does not take. Replace {them} in the "
            "directory, or with Replace() in the mapping."
        ),
    )


def reserved_name(kind: ObjectKind, path: str, text: str) -> Violation | None:
    """Administrator and AWSAdministrators are AWS's own names (Identity Store API, CreateUser and CreateGroup)."""
    name_path = "userName" if kind == "user" else "displayName"
    if path != name_path or text.casefold() not in RESERVED:
        return None
    return Violation(
        "reserved-name",
        path,
        recorded(
            f"{path} is “{text}”, a name that AWS keeps for itself. Choose another in the directory, or leave this "
            f"{'person' if kind == 'user' else 'group'} out of scope."
        ),
    )


def wrong_type(path: str, value: Value) -> Violation | None:
    """A truth value belongs in active, and a reference in manager; everything else is text (SCIM schema)."""
    if path == "active":
        wanted, sentence = isinstance(value, bool), f"{path} is neither true nor false."
    elif path == MANAGER:
        wanted, sentence = isinstance(value, Known | Planned), f"{path} does not name a person of the directory."
    else:
        wanted, sentence = isinstance(value, str), f"{path} is a text in AWS, and has another kind of value."
    return None if wanted else Violation("not-a-value", path, recorded(f"{sentence} Change the mapping."))


def adapt(kind: ObjectKind, resource: Resource) -> Adapted:
    """What AWS takes of a resource, nothing lost: outer white space off, truth as a boolean, no blanks."""
    adapted: dict[str, Value] = {}
    notes: list[Message] = []
    for path, value in resource.items():
        if type(value) is str and value and value.strip() == value and path != "active":
            adapted[path] = value
            continue
        kept = _adapted(path, value)
        if kept == "" or kept == ():
            continue
        if kept != value and not isinstance(value, tuple):
            notes.append(
                recorded(
                    f"{path}: “{_shown(str(value))}” is sent as {str(kept).lower()}."
                    if isinstance(kept, bool)
                    else f"{path}: spaces before or after the value are left out."
                )
            )
        adapted[path] = kept
    return Adapted(adapted, tuple(notes))


_TRUTH = {"true": True, "false": False, "1": True, "0": False}


def _adapted(path: str, value: Value) -> Value:
    match value:
        case tuple():
            kept = tuple(one.strip() for one in value if one.strip())
            return kept[0] if len(kept) == 1 else kept
        case str():
            text = value.strip()
            return _TRUTH.get(text.lower(), text) if path == "active" else text
        case _:
            return value


def unique_keys(kind: ObjectKind, resource: Resource) -> tuple[tuple[str, str], ...]:
    """Unique are a person's userName, primary e-mail and externalId, and a group's displayName and externalId.

    AWS re:Post and AWS User Guide, troubleshooting duplicates. Compared without case, as the schema's
    `userName.caseExact: false` says; for the others that is the safe side.
    """
    keys = []
    for path in ("userName", EMAIL, "externalId") if kind == "user" else ("displayName", "externalId"):
        value = resource.get(path)
        if isinstance(value, str) and value:
            keys.append((path, value.casefold()))
    return tuple(keys)


def one_item(before: Resource, after: Resource) -> Resource:
    """The wished state with one item in each list: a new item takes the place of one of another type.

    AWS keeps one e-mail address, phone number and address a person, so one of type "home" that stands there
    gives way to the one of type "work" that we bring.
    """
    kept = dict(after)
    for attribute in MULTI_VALUED:
        paths = [p for p in after if parse_path(p).is_list and parse_path(p).attribute == attribute]
        ours = {parse_path(p).type for p in paths if before.get(p) != after[p]}
        if ours and len({parse_path(p).type for p in paths}) > 1:
            for path in paths:
                if parse_path(path).type not in ours:
                    del kept[path]
    return kept


def _named(character: str) -> str:
    """A character as a sentence can say it."""
    if character in _NAMES:
        return _NAMES[character]
    if character.isspace():
        return "a space" if character == " " else f"a special space (U+{ord(character):04X})"
    return f"“{character}”" if character.isprintable() else f"an invisible character (U+{ord(character):04X})"


def _shown(text: str) -> str:
    """A value as a sentence can hold it: one line, not too long, and hidden where it must be."""
    if isinstance(text, Redacted):
        return REDACTED
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= 60 else f"{line[:59]}…"
