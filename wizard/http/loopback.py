"""Recognises loopback hosts. Apart from `network`, whose imports delay the first window."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this computer, by its spelling; nothing is resolved."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
