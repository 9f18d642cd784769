"""Mutates valid inputs: bytes, JSON values, and the parts of a workbook. All of it follows from a `Random`."""

import copy
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

TOKENS = (
    *(b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\r", b"\n\n", b"\x1a", b"\x85", b"\x0b"),
    *(b'"', b'""', b"'", b";", b"\t", b"|", b",,,,", b"=", b"::", b":<", b" ", b"\\", b"\\u0000", b"\\ud800"),
    *(b"{", b"}", b"[", b"]", b"[[[[", b"null", b"true", b"NaN", b"-Infinity", b"1e999", b"-0", b"9" * 5000, b"0x10"),
    *(b"<", b">", b"&", b"&x;", b"&#0;", b"]]>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<row/>", b"<c r='XFE9999999'/>"),
    *(b'r="A0"', b't="s"', b't="d"', b's="99999"', b"<v>-1</v>", b"<v>1e308</v>", b"<v>nan</v>", b"<v>2026-13-45</v>"),
    *(b"dn: ", b"version: 2\n", b"changetype: delete\n", b"memberOf: ,,=\\", b"dn:: !!!\n", b"\n continued", b"X'00'"),
    *(b"userPrincipalName", b"id", b"manager", b"memberOf", b"accountEnabled", b"514", b"1/2/3", "ſİ\u202e".encode()),
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 10**400, "", " ", "\0", "\ud800", "x" * 70_000, "é", "[a]", "(", "(a+)+$"),
    *([], {}, [[]], [None], {"": None}, {"id": None}, {"value": {}}, [{"id": "."}], ["a", 1, {}], "..", "a\nb"),
    *("Switch([a], , , )", 'Replace([mail], , "(.*)*x", , "", , )', "NOT EQUALS", "2026-02-30T25:00:00Z", "-" * 200),
)  # fmt: skip
"""Put in the place of a value of JSON."""


def mutated(data: bytes, random: Random) -> bytes:
    """The bytes after one to four changes."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        data = random.choice(_CHANGES)(data, random)
    return data


def _flip(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes((random.randrange(256),)) + data[at + 1 :]


def _token(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(TOKENS) + data[at + random.choice((0, 0, 1, 5)) :]


def _many(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(TOKENS) * random.choice((3, 50, 2000)) + data[at:]


def _slice(data: bytes, random: Random) -> tuple[int, int]:
    at = random.randrange(len(data) + 1)
    return at, min(len(data), at + random.choice((1, 4, 30, 300)))


def _without(data: bytes, random: Random) -> bytes:
    start, end = _slice(data, random)
    return data[:start] + data[end:]


def _twice(data: bytes, random: Random) -> bytes:
    start, end = _slice(data, random)
    return data[:end] + data[start:end] * random.choice((1, 1, 3, 200)) + data[end:]


def _moved(data: bytes, random: Random) -> bytes:
    start, end = _slice(data, random)
    part, rest = data[start:end], data[:start] + data[end:]
    at = random.randrange(len(rest) + 1)
    return rest[:at] + part + rest[at:]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _encoded(data: bytes, random: Random) -> bytes:
    return data.decode("utf-8", "replace").encode(
        random.choice(("utf-16", "utf-16-be", "cp1252", "cp932")), "replace"
    )


_CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flip, _flip, _token, _token, _token, _many, _without, _without, _twice, _twice, _moved, _cut, _encoded),
)


# JSON


def mutated_json(data: bytes, random: Random) -> bytes:
    """A document with one to three values replaced, removed, renamed or repeated; one in four as bytes."""
    if random.random() < 0.25:
        return mutated(data, random)
    try:
        holder = [json.loads(data)]
    except ValueError:
        return mutated(data, random)
    for _ in range(random.choice((1, 1, 2, 3))):
        _change_one(holder, random)
    if random.random() < 0.02:
        levels = random.choice((99, 101, 5000, 200_000))
        return b'{"value":' * levels + b"1" + b"}" * levels
    return json.dumps(holder[0], ensure_ascii=random.random() < 0.9).encode("utf-8", "surrogatepass")


def _change_one(holder: list[Any], random: Random) -> None:
    """Walk down to somewhere and change one value there."""
    at: Any = holder
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = random.choice(keys)
        if not isinstance(at[key], dict | list) or not at[key] or random.random() < 0.12:
            break
        at = at[key]
    how = random.randrange(6) if at is not holder else 0
    if how <= 2:
        at[key] = copy.deepcopy(random.choice(VALUES))  # a later change may go into it
    elif how == 3:
        del at[key]
    elif isinstance(at, list):
        at.extend(copy.deepcopy(at[key]) for _ in range(random.choice((1, 2, 300))))
    elif how == 4:
        at[random.choice(("id", "value", "Resources", "x", "@odata.nextLink", "nextCursor", "status"))] = (
            copy.deepcopy(at[key])
        )
    else:
        at[key] = [at[key], copy.deepcopy(at[key])]


# Containers


def mutated_workbook(data: bytes, random: Random) -> bytes:
    """A workbook with one or two parts changed, or changed as bytes."""
    if random.random() < 0.25:
        return mutated(data, random)
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = random.choices(old.namelist(), k=random.choice((1, 1, 2)))
        for name in old.namelist():
            part = old.read(name)
            if name in chosen and random.random() < 0.04:
                continue
            new.writestr(name, mutated(part, random) if name in chosen else part)
    return content.getvalue()


def packed(body: bytes, random: Random) -> tuple[bytes, str]:
    """(body as sent, its Content-Encoding): plain, packed, cut off, packed twice, named wrongly, or a bomb."""
    match random.randrange(12):
        case 0:
            return gzip.compress(body), "gzip"
        case 1:
            return mutated(gzip.compress(body), random), "gzip"
        case 2:
            return gzip.compress(gzip.compress(body)), random.choice(("gzip, gzip", "gzip"))
        case 3:
            return body, random.choice(("gzip", "br", "deflate", "identity", "x", "GZIP"))
        case 4 if random.random() < 0.2:
            return gzip.compress(b" " * 30_000_000, 1), "gzip"
    return body, ""
