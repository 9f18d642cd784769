"""Bodies within limits: too large, unknown encoding, truncated or nested too deeply are refused early."""

import gzip
import json
import tracemalloc
import zlib

import pytest

from wizard.http.body import (
    DEEPEST,
    LARGEST_BYTES,
    BodyDamaged,
    BodyReader,
    BodyTooLarge,
    CodingRefused,
    parse_json,
)

TEXT = json.dumps([{"userName": f"u{n}"} for n in range(500)]).encode()


def read(body: bytes, coding: str = "", step: int = 1000, largest: int = LARGEST_BYTES) -> bytes:
    reader = BodyReader(coding, largest)
    for at in range(0, len(body), step):
        reader.add(body[at : at + step])
    return reader.end()


@pytest.mark.parametrize("step", [1, 100, 100_000])
@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        (" X-GZIP ", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("gzip", b""),
    ],
)
def test_a_body_is_unpacked_once(coding: str, packed: bytes, step: int) -> None:
    assert read(packed, coding, step) == (TEXT if packed else b"")


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,gzip", "br", "zstd", "gzip, identity", "nonsense"])
def test_another_coding_or_several_are_refused(coding: str) -> None:
    with pytest.raises(CodingRefused):
        BodyReader(coding)


def test_the_limit_counts_unpacked_bytes() -> None:
    for body, coding in ((b"x" * 1000, ""), (gzip.compress(b"x" * 1000), "gzip")):
        assert len(read(body, coding, largest=1000)) == 1000
        with pytest.raises(BodyTooLarge):
            read(body, coding, largest=999)


@pytest.mark.parametrize("step", [4_000, 1_000_000])
def test_a_small_body_that_unpacks_to_much_needs_little_memory(step: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(300)) + packer.flush()
    tracemalloc.start()
    with pytest.raises(BodyTooLarge):
        read(packed, "gzip", step)
    assert tracemalloc.get_traced_memory()[1] < 2.5 * LARGEST_BYTES
    tracemalloc.stop()


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(TEXT)[:-1], gzip.compress(TEXT)[:50], b"not packed at all"],
    ids=["last byte missing", "cut off", "not packed"],  # a packed text holds the time, and would name the test
)
def test_truncated_or_uncompressed_bodies_are_damaged(packed: bytes) -> None:
    with pytest.raises(BodyDamaged):
        read(packed, "gzip")


@pytest.mark.parametrize(
    "body",
    [
        TEXT[:-1],
        b"",
        b"OK",
        b"{'a': 1}",
        b'{"a": 1} {"b": 2}',
        b'"\xff"',
        b'"\\ud800"',
        b"1" * 5000,
        b"1e999",
        b"[" * 200_000,
        b"[" * 500 + b"]" * 500,
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
    ],
)
def test_invalid_or_too_deep_json_is_damaged(body: bytes) -> None:
    with pytest.raises(BodyDamaged):
        parse_json(body)


@pytest.mark.parametrize("body", [TEXT, b"7", b"[" * DEEPEST + b"]" * DEEPEST, b'{"a": {"b": [1, null]}}'])
def test_ordinary_json_is_read(body: bytes) -> None:
    assert parse_json(body) == json.loads(body)
