"""The tenant URL as a person types or pastes it: put right where that is sure, told where it is not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from wizard.http.loopback import is_loopback
from wizard.secret import Secret

REGION_NAMES: Mapping[str, str] = {
    "af-south-1": "Africa (Cape Town)",
    "ap-east-1": "Asia Pacific (Hong Kong)",
    "ap-east-2": "Asia Pacific (Taipei)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-northeast-3": "Asia Pacific (Osaka)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-south-2": "Asia Pacific (Hyderabad)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-southeast-3": "Asia Pacific (Jakarta)",
    "ap-southeast-4": "Asia Pacific (Melbourne)",
    "ap-southeast-5": "Asia Pacific (Malaysia)",
    "ap-southeast-6": "Asia Pacific (New Zealand)",
    "ap-southeast-7": "Asia Pacific (Thailand)",
    "ca-central-1": "Canada (Central)",
    "ca-west-1": "Canada West (Calgary)",
    "cn-north-1": "China (Beijing)",
    "cn-northwest-1": "China (Ningxia)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-central-2": "Europe (Zurich)",
    "eu-north-1": "Europe (Stockholm)",
    "eu-south-1": "Europe (Milan)",
    "eu-south-2": "Europe (Spain)",
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "eusc-de-east-1": "European Sovereign Cloud (Germany)",
    "il-central-1": "Israel (Tel Aviv)",
    "me-central-1": "Middle East (UAE)",
    "me-south-1": "Middle East (Bahrain)",
    "mx-central-1": "Mexico (Central)",
    "sa-east-1": "South America (São Paulo)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-gov-east-1": "AWS GovCloud (US-East)",
    "us-gov-west-1": "AWS GovCloud (US-West)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}


HostKind = Literal["aws", "loopback", "other"]

_AWS_HOST = re.compile(
    r"scim\.(?P<region>[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2})\.(?P<suffix>amazonaws\.com(?:\.cn)?|api\.aws)"
)
_SCIM = re.compile(r"/scim/v2(?=/|$)", re.IGNORECASE)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_PLACEHOLDER = re.compile(r"[<>{}\[\]…*]|\.\.\.|tenant[-_ ]?id|your[-_ ]", re.IGNORECASE)
COPY_AGAIN = "Copy the whole value from AWS."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A tenant URL that can be used, and what it says."""

    url: str
    """Normalised: https://host/tenant/scim/v2 without a slash at its end."""
    host: str
    """Lower case; with the port where one is named."""
    kind: HostKind
    """`other` = neither AWS nor this computer: a person has to confirm the host before a token goes there."""
    tenant: str
    """The part between the host and /scim/v2; case kept."""
    region: str = ""
    """`eu-central-1`; "" where the host is not AWS's."""
    region_name: str = ""
    """`Europe (Frankfurt)`; the region's code where we have no name for it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is not a tenant URL yet."""

    sentence: str
    """For the line under the field."""


def endpoint(text: str) -> Endpoint | Problem:
    """The endpoint in what was typed. Pure: nothing is asked of the network."""
    typed = _joined(text)
    if not typed:
        return Problem("Enter the tenant URL. AWS calls it the SCIM endpoint.")
    if not typed.isprintable() or not typed.isascii():
        return Problem(f"The tenant URL holds characters that no address has. {COPY_AGAIN}")
    try:
        parts = urlsplit(_with_scheme(typed))
        port = parts.port
    except ValueError:
        return Problem(f"This is not an address. {COPY_AGAIN}")
    host = (parts.hostname or "").rstrip(".")
    found = _form_problem(parts, host) or _scheme_problem(parts.scheme, host)
    if found is not None:
        return found
    tenant = _tenant(parts.path)
    if isinstance(tenant, Problem):
        return tenant
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != {"https": 443, "http": 80}[parts.scheme]:
        shown = f"{shown}:{port}"
    url = f"{parts.scheme}://{shown}/{tenant}/scim/v2"
    aws = _AWS_HOST.fullmatch(host) if parts.scheme == "https" and ":" not in shown else None
    if aws is not None:
        region = aws["region"]
        return Endpoint(url, shown, "aws", tenant, region, REGION_NAMES.get(region, region))
    return Endpoint(url, shown, "loopback" if is_loopback(host) else "other", tenant)


def _joined(text: str) -> str:
    """Without quotes around, white space anywhere (a pasted address may be wrapped) and invisible marks."""
    bare = re.sub(r"[\s\u200b-\u200f\u2060\ufeff]+", "", text)
    return bare.strip("\"'`<>“”‘’,;").strip()


def _with_scheme(typed: str) -> str:
    if typed.startswith("//"):
        return f"https:{typed}"
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", typed):
        return typed
    first = urlsplit(f"//{typed}").hostname or ""
    return f"{'http' if is_loopback(first) else 'https'}://{typed}"


def _form_problem(parts: SplitResult, host: str) -> Problem | None:
    if parts.username is not None or parts.password is not None:
        return Problem("The tenant URL holds a name or a password before the host. The token has its own field.")
    if not host or not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.%]+", host) or ".." in host:
        return Problem(f"The tenant URL has no host that could be asked. {COPY_AGAIN}")
    if "." not in host and ":" not in host and not is_loopback(host):
        return Problem(f"“{host}” is not the name of a host. {COPY_AGAIN}")
    if re.fullmatch(r"d-[0-9a-z]{10}\.awsapps\.com|[a-z0-9-]+\.awsapps\.com", host):
        return Problem(
            "This is the address of the access portal. Copy the SCIM endpoint from Automatic provisioning."
        )
    if "console.aws.amazon.com" in host:
        return Problem("This is the address of the AWS console. Copy the SCIM endpoint it shows.")
    if parts.query or parts.fragment:
        return Problem(f"The tenant URL goes on after /scim/v2, with “?” or “#”. {COPY_AGAIN}")
    return None


def _scheme_problem(scheme: str, host: str) -> Problem | None:
    if scheme == "https" or (scheme == "http" and is_loopback(host)):
        return None
    if scheme == "http":
        return Problem(
            "The tenant URL begins with http. It has to be https, or the token could be read on the way."
        )
    return Problem(f"The tenant URL begins with {scheme}. It has to begin with https.")


def _tenant(path: str) -> str | Problem:
    """The tenant in a path: what stands before the first /scim/v2; anything after it may be a resource."""
    path = re.sub(r"/{2,}", "/", path).rstrip("/")
    match = _SCIM.search(path)
    before = (path[: match.start()] if match else path).strip("/")
    after = _SCIM.sub("", path[match.start() :]).strip("/") if match else ""
    if not match and re.search(r"/scim(/v\d*)?$", f"/{before}", re.IGNORECASE):
        before = re.sub(r"/?scim(/v\d*)?$", "", before, flags=re.IGNORECASE)
    if after and after.split("/")[0] not in (
        "Users",
        "Groups",
        "ServiceProviderConfig",
        "Schemas",
        "ResourceTypes",
    ):
        return Problem(f"The tenant URL goes on after /scim/v2. {COPY_AGAIN}")
    if not before:
        return Problem(f"The part between the host and /scim/v2 is missing. {COPY_AGAIN}")
    if "/" in before or "%" in before:
        return Problem(f"There is more than the tenant between the host and /scim/v2. {COPY_AGAIN}")
    if _PLACEHOLDER.search(before):
        return Problem(f"“{before}” stands where the tenant belongs. {COPY_AGAIN}")
    if not _TENANT.fullmatch(before):
        return Problem(f"“{before}” is not the tenant as AWS writes it. {COPY_AGAIN}")
    return before


ONE_YEAR_DAYS = 365
"""How long AWS lets a token live (AWS User Guide, automatic provisioning)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A text that can be an access token."""

    secret: Secret
    """Hidden in every repr; `reveal()` gives the text."""


def clean_token(text: str) -> Token | Problem:
    """The token in what was pasted; no sentence ever repeats any part of it.

    Taken off: a leading `Bearer` (or a whole header line), quotes, line breaks and spaces of a wrapped paste,
    invisible marks. How AWS's tokens look is not documented, so any printable ASCII of a sensible length passes.
    """
    bare = re.sub(r"[\u200b-\u200f\u2060\ufeff]", "", text).strip().strip("\"'`“”‘’")
    bare = re.sub(r"^(?:authorization\s*:\s*)?bearer(?:\s+|\s*:\s*|$)", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r"\s+", "", bare).strip("\"'`“”‘’")
    if not bare:
        return Problem("Paste the access token. AWS shows it a single time, when you generate it.")
    if "://" in bare or bare.lower().startswith("http"):
        return Problem("This is an address, not a token. The address belongs in the field Tenant URL.")
    if set(bare) <= set("•●*·…."):
        return Problem("These are the dots that hide a token, not the token. Copy it where AWS shows it.")
    if not bare.isascii() or not bare.isprintable():
        return Problem("The token holds characters that no token has. Copy it again from AWS.")
    if len(bare) < 8:
        return Problem("The token is too short. Copy it again from AWS, from its first to its last character.")
    if len(bare) > 8192:
        return Problem("This is too long for a token. Copy only the token from AWS.")
    return Token(Secret(bare))
