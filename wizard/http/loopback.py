"""What counts as this computer itself."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this computer itself, by its spelling: nothing is looked up."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
