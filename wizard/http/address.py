"""Addresses that are secrets themselves: what may be shown of them, and whether they may be used."""

from urllib.parse import urlsplit

from wizard.http.loopback import is_loopback
from wizard.secret import Secret

_LONGEST = 8_000
"""Characters of an address, RFC 9110 4.1; httpx takes 65,536 and calls a longer one malformed."""


def host_of(address: Secret) -> str:
    """Return host and port of an address, "" = it has none: all that may be shown of it."""
    try:
        parts = urlsplit(address.reveal().strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.hostname or ''}{port}"


def is_usable(address: Secret) -> bool:
    """Whether this is an https address, or one of this computer, without a user and password in it."""
    text = address.reveal().strip()
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    plain = text.isascii() and text.isprintable() and len(text) <= _LONGEST
    return bool(host) and secure and parts.username is None and plain
