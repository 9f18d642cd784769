"""Reads the body of an answer within limits: size, one content coding, unpacked size, depth of JSON."""

import zlib

import msgspec

LARGEST_BYTES = 20_000_000
"""Of a body once it is unpacked."""
DEEPEST = 100
"""Levels of nesting in JSON."""
ACCEPTED_CODING = "gzip"
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""For zlib."""


class BodyTooLarge(Exception):
    """More bytes than the limit, packed or unpacked."""


class CodingRefused(Exception):
    """The body has a content coding that was not asked for, or several: unpacking one step could fill the memory."""


class BodyDamaged(Exception):
    """The body ends too early, cannot be unpacked, or is not JSON."""


class BodyReader:
    """Collects a body from its raw chunks and unpacks it; nothing beyond the limit is ever held."""

    def __init__(self, content_encoding: str, largest: int = LARGEST_BYTES) -> None:
        """Raises `CodingRefused`."""
        coding = content_encoding.strip().lower()
        self._largest = largest
        self._body = bytearray()
        self._is_empty = True
        self._unpacker = None
        if coding not in ("", "identity"):
            if coding not in _WINDOW_BITS:
                raise CodingRefused
            self._unpacker = zlib.decompressobj(_WINDOW_BITS[coding])

    def add(self, chunk: bytes) -> None:
        """Add the next chunk; raises `BodyTooLarge` and `BodyDamaged`."""
        self._is_empty = self._is_empty and not chunk
        if self._unpacker is not None:
            try:
                chunk = self._unpacker.decompress(chunk, self._largest - len(self._body) + 1)
            except zlib.error:
                raise BodyDamaged from None
        self._body += chunk
        if len(self._body) > self._largest:
            raise BodyTooLarge

    def end(self) -> bytes:
        """The whole body; raises `BodyDamaged` if it was cut off."""
        if self._unpacker is not None and not self._is_empty and not self._unpacker.eof:
            raise BodyDamaged
        return bytes(self._body)


def parse_json(body: bytes | str) -> object:
    """Parse JSON; raises `BodyDamaged` if it is none, is nested too deeply, or has a number of thousands of digits."""
    try:
        parsed = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BodyDamaged from None
    if _is_deeper(parsed, DEEPEST):
        raise BodyDamaged
    return parsed


def _is_deeper(parsed: object, levels: int) -> bool:
    level = [parsed]
    for _ in range(levels):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True
