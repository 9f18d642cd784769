"""SAML single sign-on of enterprise applications: what Graph configures, the metadata file, and signed sign-ins."""

import base64
import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from wizard.sandbox.entra.asking import Ask, Reply
from wizard.sandbox.entra.claims import extra_claims
from wizard.sandbox.entra.refusals import GraphRefusal, bad_request, unknown_object
from wizard.sandbox.entra.tenant import Tenant

LONGEST_YEARS = 3
"""Of a signing certificate (servicePrincipal: addTokenSigningCertificate)."""
MOST_REMINDERS = 5
MODE_LOOKS = 1
"""How many looks do not show a new mode yet."""
_MODES = ("saml", "password", "oidc", "notSupported", "external", None)
_PROPERTIES = frozenset(
    {
        "preferredSingleSignOnMode", "loginUrl", "notificationEmailAddresses", "preferredTokenSigningKeyThumbprint",
        "appRoleAssignmentRequired", "accountEnabled",
    }
)  # fmt: skip
POLICY_CODE = "InvalidUniqueTenantIdentifierAsPerAppPolicy"


def change_principal(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """PATCH /servicePrincipals/{id}."""
    principal = ask.tenant.application(ids[0])
    body = ask.body if isinstance(ask.body, dict) else {}
    if not body or set(body) - _PROPERTIES:
        raise bad_request("One or more properties are invalid.")
    if body.get("preferredSingleSignOnMode", None) not in _MODES:
        raise bad_request("Invalid value specified for property 'preferredSingleSignOnMode'.")
    addresses = body.get("notificationEmailAddresses", [])
    if not isinstance(addresses, list) or len(addresses) > MOST_REMINDERS:
        raise bad_request("Invalid value specified for property 'notificationEmailAddresses'.")
    thumbprint = body.get("preferredTokenSigningKeyThumbprint")
    if thumbprint and str(thumbprint).upper() not in ask.tenant.signing_keys:
        raise bad_request("Invalid value specified for property 'preferredTokenSigningKeyThumbprint'.")
    principal.update(body)
    return 204, None


def change_addresses(ask: Ask, registration: dict[str, Any]) -> None:
    """The part of PATCH /applications/{id} about identifiers and reply URLs; raises a 400 refusal."""
    body: Mapping[str, Any] = ask.body
    identifiers = body.get("identifierUris", registration["identifierUris"])
    web = body.get("web", {})
    urls = web.get("redirectUris", []) if isinstance(web, dict) else None
    if not isinstance(identifiers, list) or not isinstance(urls, list) or len(set(urls)) != len(urls):
        raise bad_request("Invalid property 'web' or 'identifierUris'.")
    if any(not re.match(r"https://|http://localhost", str(url)) for url in urls):
        raise bad_request("Reply URLs must be https addresses.")
    for added in set(identifiers) - set(registration["identifierUris"]):
        _check_policy(ask.tenant, registration, str(added))
    registration["identifierUris"] = list(identifiers)
    if "redirectUris" in web:
        registration["web"] = {**registration["web"], "redirectUris": list(urls)}


def _check_policy(tenant: Tenant, registration: Mapping[str, Any], uri: str) -> None:
    """The policy on identifiers: one with the mode saml is exempt unless an administrator switched that off."""
    principal = next(one for one in tenant.principals.values() if one["appId"] == registration["appId"])
    exempt = tenant.saml_exempt and principal.get("preferredSingleSignOnMode") == "saml"
    if exempt or tenant.id in uri or registration["appId"] in uri:
        return
    raise GraphRefusal(
        400,
        POLICY_CODE,
        f"Failed to add identifier URI {uri}. All newly added URIs must contain a tenant verified domain, tenant ID, "
        "or app ID, as per the default tenant policy of your organization.",
    )


def add_certificate(ask: Ask, ids: tuple[str, ...]) -> Reply:
    """POST /servicePrincipals/{id}/addTokenSigningCertificate."""
    principal = ask.tenant.application(ids[0])
    body = ask.body if isinstance(ask.body, dict) else {}
    name, now = str(body.get("displayName") or ""), datetime.now(UTC).replace(microsecond=0)
    longest = now.replace(year=now.year + LONGEST_YEARS, day=min(now.day, 28)) + timedelta(days=4)
    ends = datetime.fromisoformat(str(body["endDateTime"])) if body.get("endDateTime") else longest
    if not name.startswith("CN="):
        raise bad_request("The displayName must begin with CN=.")
    if not now < ends <= longest:
        raise bad_request("The endDateTime must be within three years.")
    made = _certificate(name.removeprefix("CN="), now, ends)
    thumbprint = hashlib.sha1(made[1], usedforsecurity=False).hexdigest().upper()
    ask.tenant.signing_keys[thumbprint] = made
    key = {
        "customKeyIdentifier": base64.b64encode(bytes.fromhex(thumbprint)).decode(),
        "displayName": name,
        "endDateTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "key": None,
        "keyId": str(uuid.uuid4()),
        "startDateTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }
    principal["keyCredentials"].extend(
        [{**key, "keyId": str(uuid.uuid4()), "type": "X509CertAndPassword", "usage": "Sign"}, key]
    )
    answer = {**key, "key": base64.b64encode(made[1]).decode(), "thumbprint": thumbprint}
    return 200, {"@odata.context": f"{ask.base}/$metadata#microsoft.graph.selfSignedCertificate", **answer}


def _certificate(name: str, begins: datetime, ends: datetime) -> tuple[Any, bytes]:
    """A new private key and its self-signed certificate (DER)."""
    from cryptography import x509  # 60 ms; only where single sign-on is configured
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64] or "Entra ID")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.DER)


# Metadata and sign-ins

_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
_EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"


def metadata(tenant: Tenant, app_id: str, host: str) -> bytes:
    """The federation metadata of an application; without `appid`, with a key of the whole tenant."""
    _key, certificate = _in_use(tenant, app_id)
    encoded = base64.b64encode(certificate).decode()
    sign_in = quoteattr(f"https://{host}/{tenant.id}/saml2")
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<EntityDescriptor ID="_{uuid.uuid4()}" entityID="{_issuer(tenant)}"'
        ' xmlns="urn:oasis:names:tc:SAML:2.0:metadata">'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">'
        f"<X509Data><X509Certificate>{encoded}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        f'<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location={sign_in}/>'
        f'<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location={sign_in}/>'
        "</IDPSSODescriptor></EntityDescriptor>"
    ).encode()


def _issuer(tenant: Tenant) -> str:
    return f"https://sts.windows.net/{tenant.id}/"


def _in_use(tenant: Tenant, app_id: str) -> tuple[Any, bytes]:
    """Key and certificate that an application's sign-ins are signed with.

    The preferred one; beside expired ones a new one although nobody chose it; else one of the whole tenant.
    """
    principal: Mapping[str, Any] = next((one for one in tenant.principals.values() if one["appId"] == app_id), {})
    preferred = str(principal.get("preferredTokenSigningKeyThumbprint") or "").upper()
    if preferred in tenant.signing_keys:
        return tenant.signing_keys[preferred]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for credential in principal.get("keyCredentials", ()):
        if credential["usage"] == "Verify" and credential["endDateTime"] > now:
            return tenant.signing_keys[base64.b64decode(credential["customKeyIdentifier"]).hex().upper()]
    if "" not in tenant.signing_keys:
        begins = datetime.now(UTC)
        tenant.signing_keys[""] = _certificate(
            "accounts.accesscontrol.windows.net", begins, begins + timedelta(730)
        )
    return tenant.signing_keys[""]


def sign_in_response(tenant: Tenant, principal_id: str, user_id: str) -> str:
    """A signed sign-in of a person, started at Microsoft, as the form posts it: base64 of the XML.

    The text is written in canonical form at once (exclusive XML canonicalisation), so it is signed as it is.
    """
    principal = tenant.application(principal_id)
    registration = next(one for one in tenant.registrations.values() if one["appId"] == principal["appId"])
    urls = registration["web"].get("redirectUris") or []
    if principal.get("preferredSingleSignOnMode") != "saml" or not urls or not registration["identifierUris"]:
        raise unknown_object(principal_id)
    person = tenant.found("users", user_id)
    key, certificate = _in_use(tenant, principal["appId"])
    extra = extra_claims(tenant, principal_id, person)
    if extra is not None and certificate == tenant.signing_keys.get("", (None, b""))[1]:
        raise GraphRefusal(
            400,
            "AADSTS50146",
            "This application is required to be configured with an application-specific signing key.",
        )
    now, identifier = datetime.now(UTC), f"_{uuid.uuid4()}"
    begin = (
        f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="{identifier}" IssueInstant="{_time(now)}"'
        f' Version="2.0"><Issuer>{_issuer(tenant)}</Issuer>'
    )
    name, audience = str(person["userPrincipalName"]), str(registration["identifierUris"][0])
    end = _claims(name, audience, str(urls[0]), now, extra or {})
    signature = _signature(key, certificate, identifier, f"{begin}{end}".encode())
    response = (
        f'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_{uuid.uuid4()}" Version="2.0"'
        f' IssueInstant="{_time(now)}" Destination={quoteattr(str(urls[0]))}>'
        f'<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{_issuer(tenant)}</Issuer>'
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        f"{begin}{signature}{end}</samlp:Response>"
    )
    return base64.b64encode(response.encode()).decode()


def _claims(name: str, audience: str, recipient: str, now: datetime, extra: Mapping[str, str]) -> str:
    attributes = "".join(
        f'<Attribute Name="{escape(claim, {chr(34): "&quot;"})}"><AttributeValue>{escape(value)}</AttributeValue>'
        "</Attribute>"
        for claim, value in ({_CLAIM: name} | dict(extra)).items()
    )
    ends = _time(now + timedelta(hours=1))
    return (
        f'<Subject><NameID Format="{_EMAIL_ADDRESS}">{escape(name)}</NameID>'
        '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        f'<SubjectConfirmationData NotOnOrAfter="{ends}" Recipient="{escape(recipient)}"></SubjectConfirmationData>'
        "</SubjectConfirmation></Subject>"
        f'<Conditions NotBefore="{_time(now - timedelta(minutes=5))}" NotOnOrAfter="{ends}">'
        f"<AudienceRestriction><Audience>{escape(audience)}</Audience></AudienceRestriction></Conditions>"
        f'<AuthnStatement AuthnInstant="{_time(now)}" SessionIndex="_{uuid.uuid4()}"><AuthnContext>'
        "<AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef>"
        f"</AuthnContext></AuthnStatement><AttributeStatement>{attributes}</AttributeStatement></Assertion>"
    )


def _signature(key: Any, certificate: bytes, identifier: str, canonical: bytes) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    digest = base64.b64encode(hashlib.sha256(canonical).digest()).decode()
    signed = (
        f'<CanonicalizationMethod Algorithm="{_C14N}"></CanonicalizationMethod>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
        f'<Reference URI="#{identifier}"><Transforms>'
        '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></Transform>'
        f'<Transform Algorithm="{_C14N}"></Transform></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )
    content = f'<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">{signed}'.encode()
    value = base64.b64encode(key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()
    return (
        f'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>{signed}'
        f"<SignatureValue>{value}</SignatureValue><KeyInfo><X509Data>"
        f"<X509Certificate>{base64.b64encode(certificate).decode()}</X509Certificate></X509Data></KeyInfo></Signature>"
    )


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
