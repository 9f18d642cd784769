"""Downloads one public document: no token, no redirects, OS certificates and proxies."""

from urllib.parse import urlsplit

from wizard.errors import NoAccess
from wizard.http.failures import Unreachable, damaged
from wizard.http.loopback import is_loopback
from wizard.http.one_request import one_request

_SECONDS = 30.0
_TOTAL_SECONDS = 60.0


async def read_document(url: str, largest: int) -> bytes:
    """The bytes at an address, at most `largest`; https only, except loopback. Raises `WizardError`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise NoAccess("document-address-not-https", address=url)
    answer = await one_request("GET", url, largest=largest, seconds=_SECONDS, total_seconds=_TOTAL_SECONDS)
    if answer.status != 200:
        raise Unreachable("lost", "document-not-available", status=answer.status, host=host)
    if answer.body is None:
        raise damaged(answer.place)
    return answer.body
