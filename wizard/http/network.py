"""This computer's own settings: its certificates and its proxies."""

import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import truststore

from wizard.http.loopback import is_loopback


def os_certificates() -> ssl.SSLContext:
    """A TLS context that trusts what this computer trusts, company certificates included; 20 to 50 ms.

    It is handed to httpx as it stands, so that REQUESTS_CA_BUNDLE and its kin change nothing. SSL_CERT_FILE adds
    to the OS's store on Linux; where it names no file, truststore goes on to the store itself.
    """
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def proxy_for(url: str) -> str:
    """URL of the proxy that this computer's settings name for a URL; "" = go there directly.

    Environment variables, and on Windows and macOS the system's settings; never for loopback.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return ""
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    return found if not found or "://" in found else f"http://{found}"
