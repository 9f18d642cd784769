"""SAML metadata: reads AWS's file, and checks Microsoft's file against what AWS accepts. Uses no network."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.parsers import expat

from wizard.aws.endpoint import REGION_NAMES
from wizard.errors import WizardError

LARGEST_BYTES = 1_000_000
"""Of a metadata file; AWS's has two thousand."""
AWS_MOST_CHARACTERS = 75_000
"""AWS IAM Identity Center: the longest metadata file of an identity provider."""
MOST_ACS_URLS = 50
_METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_DEEPEST = 50
_SIGN_IN_HOST = re.compile(
    r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d\d?)\.(?:sso\.)?signin\."
    r"(?:aws|aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn|amazonaws\.com\.cn|amazonaws\.eu|aws\.eu)"
)
"""Hosts of AWS's sign-in, of all generations and partitions. `.aws` is a top-level domain of Amazon's own."""
_INSTANCE = re.compile(r"/(d-[0-9a-z]{10}|ssoins-[0-9a-z]+)(?=/|$)")
_DIRECTORY = re.compile(r"d-[0-9a-z]{10}")
_PORTAL_HOST = re.compile(
    r"[a-z0-9-]+\.awsapps\.com|start\.(?:[a-z0-9-]+\.)?us-gov-home\.awsapps\.com"
    r"|start\.(?:[a-z0-9-]+\.)?home\.awsapps\.cn|ssoins-[0-9a-z]+\.(?:portal\.)?[a-z0-9-]+\.app\.aws"
    r"|ssoins-[0-9a-z]+\.[a-z0-9-]+\.portal\.amazonaws\.com|portal\.sso\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?"
)
"""Hosts of the AWS access portal, likewise."""


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """AWS's side of single sign-on."""

    issuer: str
    """AWS's entity ID: the identifier of the application in Entra ID."""
    acs_urls: tuple[str, ...]
    """Where a sign-in is posted to, the default one first. One per region, and one for IPv4 and IPv6 each."""

    @property
    def instance(self) -> str:
        """`d-1234567890`; "" where the issuer names none."""
        found = _INSTANCE.search(urlsplit(self.issuer).path)
        return found[1] if found else ""

    @property
    def region(self) -> str:
        """`eu-central-1`; "" for a host that is not AWS's."""
        found = _SIGN_IN_HOST.fullmatch(urlsplit(self.issuer).hostname or "")
        return found["region"] if found else ""

    @property
    def region_name(self) -> str:
        """`Europe (Frankfurt)`; the code if its name is not known; "" for a host that is not AWS's."""
        return region_name(self.region)

    @property
    def unknown_hosts(self) -> tuple[str, ...]:
        """Hosts that do not look like AWS's: their owner would receive sign-ins."""
        hosts = dict.fromkeys(urlsplit(url).hostname or "" for url in (self.issuer, *self.acs_urls))
        return tuple(host for host in hosts if not _SIGN_IN_HOST.fullmatch(host))


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Microsoft's side of single sign-on, from its metadata file."""

    thumbprints: tuple[str, ...]
    """SHA-1 of each signing certificate in hexadecimal digits, as Entra ID shows it."""
    characters: int


def read_service_provider(content: bytes) -> ServiceProvider:
    """AWS's metadata file; raises `WizardError` for anything else.

    Issuer and addresses come from the file alone: AWS has changed their form several times, so they are never built.
    """
    found = _read(content)
    if found.is_identity_provider and not found.acs:
        raise WizardError("saml-metadata-of-identity-provider")
    if not found.issuer or not found.acs:
        raise WizardError("saml-metadata-without-service-provider")
    urls = tuple(dict.fromkeys(url for _rank, url in sorted(found.acs, key=lambda each: each[0])))
    return service_provider(found.issuer, urls)


def service_provider(issuer: str, acs_urls: tuple[str, ...]) -> ServiceProvider:
    """The same from pasted values; raises `WizardError` for other than https addresses."""
    if len(acs_urls) > MOST_ACS_URLS:
        raise WizardError("saml-metadata-with-too-many-addresses", most=MOST_ACS_URLS)
    if not acs_urls:
        raise WizardError("saml-metadata-without-service-provider")
    for url in (issuer, *acs_urls):
        if not is_https(url):
            raise WizardError("saml-address-not-https", address=url[:200])
    return ServiceProvider(issuer, acs_urls)


def region_name(region: str) -> str:
    """`Europe (Frankfurt)`; the code if its name is not known."""
    return REGION_NAMES.get(region, region)


def portal_instance(url: str) -> str:
    """`d-1234567890` of an access portal's address; "" where it names none, such as with a name of its own."""
    first = (urlsplit(url).hostname or "").partition(".")[0]
    return first if is_portal(url) and _DIRECTORY.fullmatch(first) else ""


def is_portal(url: str) -> bool:
    """Whether an address is one of AWS's access portal."""
    return is_https(url) and bool(_PORTAL_HOST.fullmatch(urlsplit(url).hostname or ""))


def is_https(url: str) -> bool:
    """Whether a text is a complete https address without credentials, white space or control characters."""
    if not url.isascii() or not url.isprintable() or re.search(r"[\s<>\"\\^`{|}]", url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and not parts.fragment


def read_identity_provider(content: bytes) -> IdentityProvider:
    """Microsoft's metadata file; raises `WizardError` for what AWS would refuse.

    AWS requires an entity ID, a certificate and a sign-in address, and at most 75,000 characters.
    """
    found = _read(content)
    if not found.is_identity_provider or not found.issuer or not found.has_sign_in_url or not found.certificates:
        raise WizardError("federation-metadata-incomplete")
    characters = len(content.decode("utf-8", "replace"))
    if characters > AWS_MOST_CHARACTERS:
        raise WizardError("federation-metadata-too-long", characters=characters, most=AWS_MOST_CHARACTERS)
    try:
        thumbprints = tuple(dict.fromkeys(map(_thumbprint, found.certificates)))
    except binascii.Error:
        raise WizardError("federation-metadata-incomplete") from None
    return IdentityProvider(thumbprints, characters)


def _thumbprint(certificate: str) -> str:
    der = base64.b64decode("".join(certificate.split()), validate=True)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


@dataclass(slots=True)
class _Found:
    entities: int = 0
    issuer: str = ""
    acs: list[tuple[tuple[bool, int], str]] = field(default_factory=list)
    is_identity_provider: bool = False
    has_sign_in_url: bool = False
    certificates: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    key_use: str = ""
    text: list[str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            raise WizardError("saml-metadata-unreadable")
        namespace, _, local = name.rpartition(" ")
        if namespace == _METADATA:
            self._metadata(local, attributes)
        elif name == f"{_SIGNATURE} X509Certificate" and self._in_identity_provider():
            self.text = []

    def _metadata(self, local: str, attributes: Mapping[str, str]) -> None:
        if local == "EntityDescriptor":
            self.entities += 1
            self.issuer = self.issuer or attributes.get("entityID", "").strip()
        elif local == "IDPSSODescriptor":
            self.is_identity_provider = True
        elif local == "KeyDescriptor":
            self.key_use = attributes.get("use", "")
        elif local == "AssertionConsumerService" and attributes.get("Binding", _POST) == _POST:
            index = attributes.get("index", "")
            rank = (attributes.get("isDefault", "") not in ("true", "1"), int(index) if index.isdecimal() else 0)
            self.acs.append((rank, attributes.get("Location", "").strip()))
        elif local == "SingleSignOnService" and self._in_identity_provider():
            self.has_sign_in_url = True

    def _in_identity_provider(self) -> bool:
        return f"{_METADATA} IDPSSODescriptor" in self.path

    def end(self, name: str) -> None:
        self.path.pop()
        if name == f"{_SIGNATURE} X509Certificate" and self.text is not None:
            if self.key_use != "encryption":
                self.certificates.append("".join(self.text))
            self.text = None

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)


def _read(content: bytes) -> _Found:
    """What a metadata file holds. A document type is refused: entities could fill the memory or name other files."""
    if len(content) > LARGEST_BYTES:
        raise WizardError("saml-metadata-unreadable")
    found = _Found()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.data

    def refuse(*_: object) -> None:
        raise WizardError("saml-metadata-with-document-type")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise WizardError("saml-metadata-unreadable") from None
    if found.entities > 1:  # whose addresses are whose would be a guess
        raise WizardError("saml-metadata-of-several")
    return found
