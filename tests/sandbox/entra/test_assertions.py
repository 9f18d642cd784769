"""Client assertions: signed by the application's certificate for this tenant and this time, or refused."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from wizard.sandbox.entra.assertions import ASSERTION_TYPE, checked
from wizard.sandbox.entra.refusals import SIGN_IN, SignInRefusal

TENANT, CLIENT = "tenant-id", "client-id"


class Signer:
    """A key and its certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made up")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )
        self.der = made.public_bytes(serialization.Encoding.DER)
        self.thumbprint = made.fingerprint(hashes.SHA256()).hex()

    def form(self, header: dict[str, Any] | None = None, **claims: Any) -> dict[str, str]:
        first = {"alg": "RS256", "typ": "JWT", "x5c": [base64.b64encode(self.der).decode()], **(header or {})}
        now = time.time()
        audience = f"https://127.0.0.1:8700/{TENANT}/oauth2/v2.0/token"
        second = {"aud": audience, "iss": CLIENT, "sub": CLIENT, "iat": now, "exp": now + 600, **claims}
        signed = ".".join(_part(json.dumps(part).encode()) for part in (first, second))
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": f"{signed}.{_part(signature)}"}


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


def test_a_valid_assertion_names_its_certificate(signer: Signer) -> None:
    assert checked(signer.form(), TENANT, CLIENT, "") == signer.thumbprint
    assert checked(signer.form(), TENANT, CLIENT, signer.thumbprint) == signer.thumbprint


def test_another_certificate_than_the_first_is_unknown(signer: Signer) -> None:
    with pytest.raises(SignInRefusal) as refused:
        checked(signer.form(), TENANT, CLIENT, Signer().thumbprint)
    assert refused.value.code == "AADSTS700027"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (lambda s: s.form(aud="https://login.microsoftonline.com/tenant-id/oauth2/v2.0/token"), "AADSTS50027"),
        (lambda s: s.form(aud="https://127.0.0.1/other/oauth2/v2.0/token"), "AADSTS50027"),
        (lambda s: s.form(iss="other"), "AADSTS700016"),
        (lambda s: s.form(sub="other"), "AADSTS700016"),
        (lambda s: s.form(exp=time.time() - 900), "AADSTS700024"),
        (lambda s: s.form(iat=time.time() + 900), "AADSTS700024"),
        (lambda s: s.form(exp="soon"), "AADSTS50027"),
        (lambda s: s.form({"alg": "none"}), "AADSTS50027"),
        (lambda s: s.form({"alg": "PS256"}), "AADSTS700027"),
        (lambda s: s.form({"x5c": []}), "AADSTS700027"),
        (lambda s: s.form({"x5c": "AAAA"}), "AADSTS700027"),
        (lambda s: s.form({"x5t#S256": "AAAA"}), "AADSTS700027"),
        (lambda s: {**s.form(), "client_assertion": "aaaa.bbbb.cccc"}, "AADSTS50027"),
        (lambda s: {**s.form(), "client_assertion": "b'eyJh.x.y'"}, "AADSTS50027"),
        (
            lambda s: {**s.form(), "client_assertion": s.form()["client_assertion"][:-8] + "AAAAAAAA"},
            "AADSTS700027",
        ),
        (lambda s: {**s.form(), "client_assertion_type": "x"}, "AADSTS7000218"),
    ],
)
def test_a_forged_or_stale_assertion_is_refused(signer: Signer, form: Any, code: str) -> None:
    with pytest.raises(SignInRefusal) as refused:
        checked(form(signer), TENANT, CLIENT, "")
    assert refused.value.code == code
    assert code in SIGN_IN
