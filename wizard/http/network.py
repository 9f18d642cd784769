"""Network settings of this computer: trusted certificates and proxies."""

import ssl
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
