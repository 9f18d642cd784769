"""Network settings of this computer: trusted certificates and proxies."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import truststore

from wizard.http.loopback import is_loopback


def os_certificates() -> ssl.SSLContext:
    """A TLS context that trusts the OS's certificate store, company certificates included. Takes 20 to 50 ms.

    Passed to httpx, so REQUESTS_CA_BUNDLE and similar variables have no effect. SSL_CERT_FILE adds to the OS's store
    on Linux; if it names no file, truststore uses the store alone.
    """
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def proxy_for(url: str) -> str:
    """URL of the proxy for a URL, from environment variables or the settings of Windows and macOS; "" = none.

    Loopback never has a proxy.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return ""
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


@dataclass(frozen=True, slots=True)
class ProxyParts:
    """What messages say of a proxy; never its password."""

    host: str
    signs_in: bool
    """Its address holds a user."""
    well_formed: bool


def parts_of_proxy(proxy: str) -> ProxyParts:
    """Read the address of a proxy; one that is none has no host."""
    try:
        parts = urlsplit(proxy)
        _ = parts.port  # raises for one that is no number
        return ProxyParts(parts.hostname or "", parts.username is not None, bool(parts.hostname))
    except ValueError:
        return ProxyParts("", False, False)
