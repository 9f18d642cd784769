"""Looks for the token everywhere a run leaves something, in every way it could have been written down."""

import base64
import os
import re
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

from tests.endurance.arena import TOKEN

_LEAST = 12
"""A run of so many characters of the token gives it away as well."""


def spellings(token: str = TOKEN) -> dict[str, bytes]:
    """What to look for, by what it is; all of it is sought without regard to case or to line breaks."""
    plain = token.encode()
    found = {
        "plain": plain,
        "its first part": plain[:_LEAST],
        "its middle": plain[len(plain) // 2 - _LEAST // 2 : len(plain) // 2 + _LEAST // 2],
        "its last part": plain[-_LEAST:],
        "reversed": plain[::-1],
        "UTF-16 little": token.encode("utf-16-le"),
        "UTF-16 big": token.encode("utf-16-be"),
        "UTF-32": token.encode("utf-32-le"),
        "hex": plain.hex().encode(),
        "escaped hex": "".join(f"\\x{one:02x}" for one in plain).encode(),
        "bytes in decimal": ", ".join(str(one) for one in plain).encode(),
        "percent": quote(token, safe="").encode(),
        "percent, lax": quote(token).encode(),
        "form": quote_plus(token).encode(),
        "all percent": "".join(f"%{one:02X}" for one in plain).encode(),
        "JSON with escaped slash": token.replace("/", "\\/").encode(),
        "HTML": token.replace("+", "&#43;").replace("=", "&#61;").replace("/", "&#47;").encode(),
        "base85": base64.b85encode(plain),
        "base32": base64.b32encode(plain).rstrip(b"="),
        "ROT13": token.translate(_ROT13).encode(),
    }
    for prefix in (b"", b"Bearer ", b"Bearer: ", b"aws-token:"):
        for offset in range(3):  # base64 looks different at each offset within three bytes
            whole = base64.b64encode(b"\0" * offset + prefix + plain)
            core = whole[4 * bool(offset) + 4 * bool(prefix) : -4]
            found[f"base64 {prefix!r} +{offset}"] = core
            found[f"base64url {prefix!r} +{offset}"] = core.translate(bytes.maketrans(b"+/", b"-_"))
    return {what: text.lower() for what, text in found.items()}


_ROT13 = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM"
)
_BREAKS = re.compile(rb"[\r\n]+[ \t]*")
_PACKED = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")


def leaks_in(content: bytes, sought: dict[str, bytes]) -> list[str]:
    """Return the spellings of the token that the bytes contain, also across line breaks and in plain compression."""
    texts = [content.lower(), _BREAKS.sub(b"", content).lower()]
    for magic in _PACKED:
        start = content.find(magic)
        while start >= 0:
            with suppress(zlib.error):
                texts.append(zlib.decompressobj().decompress(content[start:]).lower())
            start = content.find(magic, start + 1)
    return [what for what, text in sought.items() if any(text in place for place in texts)]


def leaks(*folders: Path) -> list[str]:
    """Every file below these folders that holds the token, with the spelling; their names are looked at as well."""
    sought, wrong, files = spellings(), [], 0
    for path in sorted({path for folder in folders for path in folder.rglob("*")}):
        named = leaks_in(str(path).encode(), sought)
        wrong += [f"the token is in the name {path} ({what})" for what in named]
        if path.is_file():
            files += 1
            wrong += [f"the token is in {path} ({what})" for what in leaks_in(path.read_bytes(), sought)]
    assert files, "nothing was searched"
    return wrong


class CommandLines:
    """The command lines of every process, looked at again and again."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.looks = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        sought = TOKEN.encode()
        while not self._over.wait(0.3):
            self.looks += 1
            for place in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):  # it ended meanwhile
                    if sought in place.read_bytes():
                        self.found.append(f"the token stood in the command line of process {place.parent.name}")

    def end(self) -> None:
        self._over.set()
        self._thread.join()


@contextmanager
def watched_command_lines() -> Iterator[CommandLines]:
    """Watches all command lines while the block lasts, where the system shows them as files."""
    lines = CommandLines()
    try:
        yield lines
    finally:
        time.sleep(0.31)
        lines.end()
        assert lines.looks or os.name != "posix"
