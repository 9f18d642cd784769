"""The tenant URL and the access token as typed or pasted: cleaned, or rejected with a message."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from wizard.errors import Message
from wizard.http.loopback import is_loopback
from wizard.secret import Secret

HostKind = Literal["aws", "loopback", "other"]

_REGION = r"(?!cn-)[a-z]{2}(?:-gov)?-(?:north|south|east|west|central|(?:north|south)(?:east|west))-\d\d?"
_CHINA, _EU_SOVEREIGN = r"cn-north(?:west)?-\d\d?", r"eusc-[a-z]{2}-(?:north|south|east|west|central)-\d\d?"
_AWS_HOST = re.compile(
    rf"scim\.(?:(?P<region>{_REGION})\.(?:amazonaws\.com|api\.aws)"
    rf"|(?P<china>{_CHINA})\.(?:amazonaws\.com|api\.amazonwebservices\.com)\.cn"
    rf"|(?P<sovereign>{_EU_SOVEREIGN})\.(?:amazonaws|api\.amazonwebservices)\.eu)"
)
"""SCIM hosts of AWS's partitions. Other names below amazonaws.com may be a customer's (buckets, load balancers)."""
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "ne", "net", "or", "org"})
"""Names below a country's domain under which people register: example.co.uk."""
_SCIM = re.compile(r"/scim/v2(?=/|$)", re.IGNORECASE)
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_PLACEHOLDER = re.compile(r"[<>{}\[\]…*]|\.\.\.|tenant[-_ ]?id|your[-_ ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A valid tenant URL and its parts."""

    url: str
    """Normalized: https://host/tenant/scim/v2, no trailing slash."""
    host: str
    """Lower case; with the port, if there is one."""
    kind: HostKind
    """`other` = neither AWS nor loopback."""
    tenant: str
    """The part between the host and /scim/v2, case unchanged."""
    region: str = ""
    """`eu-central-1`; "" for other hosts."""
    region_name: str = ""
    """`Europe (Frankfurt)`; the code if the name is not known."""

    def needs_confirmation(self, confirmed: Collection[str] = ()) -> bool:
        """Whether a person must confirm the host before a token is sent there; `confirmed` are hosts that were."""
        return self.kind == "other" and self.host not in confirmed


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is not a tenant URL or token."""

    message: Message
    """Shown below the field."""


def endpoint(text: str) -> Endpoint | Problem:
    """Parse a tenant URL. Uses no network."""
    typed = _joined(text)
    if not typed:
        return Problem(Message("tenant-url-empty"))
    if not typed.isprintable() or not typed.isascii():
        return Problem(Message("tenant-url-with-odd-characters"))
    try:
        parts = urlsplit(_with_scheme(typed))
        port = parts.port
    except ValueError:
        return Problem(Message("tenant-url-not-an-address"))
    host = (parts.hostname or "").rstrip(".")
    problem = _form_problem(parts, host) or _scheme_problem(parts.scheme, host)
    if problem is not None:
        return problem
    tenant = _tenant(parts.path)
    if isinstance(tenant, Problem):
        return tenant
    host_and_port = f"[{host}]" if ":" in host else host
    if port is not None and port != {"https": 443, "http": 80}[parts.scheme]:
        host_and_port = f"{host_and_port}:{port}"
    url = f"{parts.scheme}://{host_and_port}/{tenant}/scim/v2"
    aws = _AWS_HOST.fullmatch(host) if parts.scheme == "https" and ":" not in host_and_port else None
    if aws is not None:
        region = aws["region"] or aws["china"] or aws["sovereign"]
        return Endpoint(url, host_and_port, "aws", tenant, region, REGION_NAMES.get(region, region))
    return Endpoint(url, host_and_port, "loopback" if is_loopback(host) else "other", tenant)


def registrable_end(host: str) -> str:
    """The registered domain of a host, with the port: it distinguishes look-alikes. An address is whole.

    By the form of names, without the public list of suffixes: of a rarer suffix, the end is one label too short.
    """
    name, _, port = host.partition(":")
    labels = name.split(".")
    if host.startswith("[") or labels[-1].isdigit():
        return host
    count = 3 if len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-count:]) + (f":{port}" if port else "")


def _joined(text: str) -> str:
    """The text without surrounding quotes, white space (a pasted address may be wrapped) and invisible characters."""
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
        return Problem(Message("tenant-url-with-credentials"))
    if not host or not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.%]+", host) or ".." in host:
        return Problem(Message("tenant-url-without-host"))
    if "." not in host and ":" not in host and not is_loopback(host):
        return Problem(Message("tenant-url-not-a-host", host=host))
    if re.fullmatch(r"d-[0-9a-z]{10}\.awsapps\.com|[a-z0-9-]+\.awsapps\.com", host):
        return Problem(Message("tenant-url-of-access-portal"))
    if "console.aws.amazon.com" in host:
        return Problem(Message("tenant-url-of-console"))
    if parts.query or parts.fragment:
        return Problem(Message("tenant-url-with-query"))
    return None


def _scheme_problem(scheme: str, host: str) -> Problem | None:
    if scheme == "https" or (scheme == "http" and is_loopback(host)):
        return None
    if scheme == "http":
        return Problem(Message("tenant-url-begins-with-http"))
    return Problem(Message("tenant-url-with-other-scheme", scheme=scheme))


def _tenant(path: str) -> str | Problem:
    """The tenant in a path: the part before the first /scim/v2, which a resource may follow."""
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
        return Problem(Message("tenant-url-too-long"))
    if not before:
        return Problem(Message("tenant-url-without-tenant"))
    if "/" in before or "%" in before:
        return Problem(Message("tenant-url-with-longer-path"))
    if _PLACEHOLDER.search(before):
        return Problem(Message("tenant-url-with-placeholder", tenant=before))
    if not _TENANT.fullmatch(before):
        return Problem(Message("tenant-url-with-odd-tenant", tenant=before))
    return before


# The access token


@dataclass(frozen=True, slots=True)
class Token:
    """A text that may be an access token."""

    secret: Secret


def clean_token(text: str) -> Token | Problem:
    """Clean a pasted token; no message contains any part of it.

    Removes a leading `Bearer` (or a whole header name), quotes, white space of a wrapped paste, and invisible
    characters. The form of AWS's tokens is not documented: any printable ASCII of 8 to 8,192 characters is accepted.
    """
    bare = re.sub(r"[\u200b-\u200f\u2060\ufeff]", "", text).strip().strip("\"'`“”‘’")
    bare = re.sub(r"^(?:authorization\s*:\s*)?bearer(?:\s+|\s*:\s*|$)", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r"\s+", "", bare).strip("\"'`“”‘’")
    if not bare:
        return Problem(Message("token-empty"))
    if "://" in bare or bare.lower().startswith("http"):
        return Problem(Message("token-is-an-address"))
    if set(bare) <= set("•●*·…."):
        return Problem(Message("token-is-dots"))
    if not bare.isascii() or not bare.isprintable():
        return Problem(Message("token-with-odd-characters"))
    if len(bare) < 8:
        return Problem(Message("token-too-short"))
    if len(bare) > 8192:
        return Problem(Message("token-too-long"))
    return Token(Secret(bare))


# Regions

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
