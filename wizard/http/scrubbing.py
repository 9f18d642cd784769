"""Removes a secret from what a server says: some repeat the headers of a request in their refusals."""

import base64
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import msgspec

from wizard.secret import Secret

REMOVED = "[secret]"
_PART = 12
"""A part of a secret as long as this is removed, too."""
_SHORTEST = 8
"""A shorter one is no secret, and other words would hold it."""
_LONGEST_TEXT = 10_000
"""Characters kept of one text of a refusal."""
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class Scrubber:
    """Finds secrets, also percent-encoded, in base64 or in hexadecimal, in any case."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        texts = (secret.reveal() for secret in secrets)
        forms = {form for text in texts if len(text) >= _SHORTEST for form in _forms(text)}
        halves = {half for form in forms for half in (form[: len(form) // 2], form[len(form) // 2 :])}
        self._needles = tuple(_encoded(form) for form in forms | {half for half in halves if len(half) >= _PART})
        self._short = tuple(form.translate(_ASCII_LOWER) for form in forms if len(form) < _PART)
        lowered = (form.translate(_ASCII_LOWER) for form in forms)
        self._parts = frozenset(form[at : at + _PART] for form in lowered for at in range(len(form) - _PART + 1))

    def text(self, text: str) -> str:
        """Return the text without every part of a secret that is 12 characters long or more."""
        lowered = text.translate(_ASCII_LOWER)
        covered = list(_joined(sorted(self._found(lowered))))
        for start, end in reversed(covered):
            text = text[:start] + REMOVED + text[end:]
        return text

    def refusal(self, body: object) -> object:
        """Return a parsed refusal without secrets; of each text, its beginning."""
        return self._within(body, _LONGEST_TEXT)

    def answer(self, body: object) -> object:
        """Return a parsed answer, changed only if it holds a whole secret or a half: searching each text takes long."""
        encoded = _encoded(body)
        return self._within(body) if any(needle in encoded for needle in self._needles) else body

    def _within(self, value: object, longest: int | None = None) -> object:
        if isinstance(value, str):
            return self.text(value[:longest])
        if isinstance(value, list):
            return [self._within(each, longest) for each in value]
        if isinstance(value, dict):
            return {self._within(key, longest): self._within(each, longest) for key, each in value.items()}
        return value

    def _found(self, lowered: str) -> Iterator[tuple[int, int]]:
        parts = self._parts
        for at in range(len(lowered) - _PART + 1):
            if lowered[at : at + _PART] in parts:
                yield at, at + _PART
        for short in self._short:
            at = lowered.find(short)
            while at >= 0:
                yield at, at + len(short)
                at = lowered.find(short, at + 1)


def _encoded(value: object) -> bytes:
    """As JSON, so that it does not matter how a server escaped a text; of a text, without the quotes."""
    encoded = msgspec.json.encode(value)
    return encoded[1:-1] if isinstance(value, str) else encoded


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join spans, sorted by their start, that overlap or touch."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    content = secret.encode()
    yield content.hex()
    for shift in range(3):  # base64 of a text that the secret is a part of: it may begin at each of three places
        encoded = base64.b64encode(b"\0" * shift + content).decode()
        inner = encoded[(0, 2, 3)[shift] : len(encoded.rstrip("=")) - 1]
        yield from (inner, inner.replace("+", "-").replace("/", "_")) if len(inner) >= _PART else ()
