"""Client assertions of a sign-in by certificate: a signed JWT, checked as Microsoft checks it.

Nothing uploads a certificate here: the first one that signs a valid assertion counts as the application's, and another
is refused (AADSTS700027).
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from wizard.sandbox.entra.refusals import SignInRefusal

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SKEW = 300
"""Seconds that the clocks may differ."""
_LONGEST = 20_000


def checked(form: Mapping[str, str], tenant_id: str, client_id: str, registered: str) -> str:
    """Return the thumbprint (SHA-256) of the certificate that signed a form's assertion.

    registered: thumbprint of the application's certificate; "" = none yet. Raises SignInRefusal.
    """
    from cryptography import x509  # 60 ms; only needed for a sign-in by certificate
    from cryptography.hazmat.primitives import hashes

    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise SignInRefusal("AADSTS7000218")
    header, claims, signed, signature = _parts(form["client_assertion"])
    chain = header.get("x5c")
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(chain[0] if isinstance(chain, list) else ""))
    except (ValueError, TypeError, IndexError):
        raise SignInRefusal("AADSTS700027") from None
    thumbprint = certificate.fingerprint(hashes.SHA256()).hex()
    own = base64.urlsafe_b64encode(bytes.fromhex(thumbprint)).decode().rstrip("=")
    if str(header.get("x5t#S256", own)).rstrip("=") != own:
        raise SignInRefusal("AADSTS700027")
    if registered and registered != thumbprint:
        raise SignInRefusal("AADSTS700027")
    _verify(certificate, str(header.get("alg")), signed, signature)
    _check(claims, tenant_id, client_id)
    return thumbprint


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, what was signed, and the signature; raises SignInRefusal."""
    parts = assertion.split(".")
    try:
        if len(parts) != 3 or len(assertion) > _LONGEST:
            raise ValueError
        header, claims, signature = (_bytes(part) for part in parts)
        decoded = json.loads(header), json.loads(claims)
        if not all(isinstance(each, dict) for each in decoded):
            raise ValueError
    except (ValueError, binascii.Error, RecursionError):
        raise SignInRefusal("AADSTS50027") from None
    return (*decoded, ".".join(parts[:2]).encode(), signature)


def _verify(certificate: Any, algorithm: str, signed: bytes, signature: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    ways: dict[str, padding.AsymmetricPadding] = {
        "RS256": padding.PKCS1v15(),
        "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size),
    }
    key = certificate.public_key()
    if algorithm not in ways or not isinstance(key, rsa.RSAPublicKey):
        raise SignInRefusal("AADSTS50027")
    try:
        key.verify(signature, signed, ways[algorithm], hashes.SHA256())
    except InvalidSignature:
        raise SignInRefusal("AADSTS700027") from None


def _check(claims: Mapping[str, Any], tenant_id: str, client_id: str) -> None:
    """Raise SignInRefusal for an assertion of another application, for another service, or of another time."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise SignInRefusal("AADSTS700016", str(claims.get("iss")))
    audience = urlsplit(str(claims.get("aud")))
    if audience.hostname not in ("127.0.0.1", "localhost") or audience.path != f"/{tenant_id}/oauth2/v2.0/token":
        raise SignInRefusal("AADSTS50027")
    begins, ends, now = claims.get("nbf", claims.get("iat", 0)), claims.get("exp"), time.time()
    if not isinstance(begins, int | float) or not isinstance(ends, int | float):
        raise SignInRefusal("AADSTS50027")
    if not begins - _SKEW <= now <= ends + _SKEW:
        raise SignInRefusal("AADSTS700024")


def _bytes(part: str) -> bytes:
    if not part.isascii() or set(part) & set("+/="):
        raise ValueError
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
