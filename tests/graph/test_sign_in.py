"""The sign-in through the real library, against the stand-in's sign-in."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.entra_process import PRINCIPAL, USER_ROLE, EntraHandle, answer_browser, enter_code, running_entra
from wizard.errors import AccessRefused, NoAccess, SignInNeeded, WizardError
from wizard.graph.clouds import CLOUDS, CONFIGURE_PERMISSIONS, READ_PERMISSIONS, sandbox_cloud
from wizard.graph.sign_in import (
    ApplicationSignIn,
    Certificate,
    DeviceCode,
    PersonSignIn,
    Registration,
    certificate_end,
)
from wizard.secret import Secret

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


class Cache:
    """Where the library's cache is kept between two sign-ins."""

    def __init__(self) -> None:
        self.text = ""

    def load(self) -> str:
        return self.text

    def save(self, text: str) -> None:
        self.text = text


def _registration(entra: EntraHandle, **changed: str) -> Registration:
    cloud = sandbox_cloud(entra.authority, entra.graph_url)
    return Registration(
        cloud, changed.get("tenant", entra.authority.rpartition("/")[2]), changed.get("client_id", entra.client_id)
    )


def _opens(entra: EntraHandle, token: Secret) -> bool:
    opened = {"Authorization": f"Bearer {token.reveal()}"}
    return httpx.get(f"{entra.graph_url}/users?$top=1", headers=opened, trust_env=False).status_code == 200


def test_a_person_signs_in_by_browser_once_and_is_remembered(entra: EntraHandle) -> None:
    cache = Cache()
    sign_in = PersonSignIn(_registration(entra), cache.load, cache.save)
    with pytest.raises(SignInNeeded):
        sign_in.tokens(False)
    assert sign_in.by_browser(answer_browser, seconds=20).user_name == "ingrid.halvorsen@tidewater.example"
    later = PersonSignIn(_registration(entra), cache.load, cache.save)
    first = later.tokens(False)
    assert _opens(entra, first)
    entra.set(expireTokens=1)
    renewed = later.tokens(True)
    assert renewed != first
    assert _opens(entra, renewed)
    account = later.account()
    assert account is not None
    assert account.user_name == "ingrid.halvorsen@tidewater.example"
    later.sign_out()
    assert renewed.reveal() not in cache.text
    assert later.account() is None


@pytest.mark.slow
def test_a_device_code_is_shown_and_waited_for(entra: EntraHandle) -> None:
    cache = Cache()
    shown: list[DeviceCode] = []

    def show(code: DeviceCode) -> None:
        shown.append(code)
        assert "You have signed in" in enter_code(code.address, code.code.lower())

    account = PersonSignIn(_registration(entra), cache.load, cache.save).by_device_code(show)
    assert account.tenant_id == entra.authority.rpartition("/")[2]
    assert shown[0].address.startswith("http")
    with pytest.raises(AccessRefused, match="consent-declined"):
        PersonSignIn(_registration(entra), cache.load, cache.save).by_device_code(
            lambda code: enter_code(code.address, code.code, accept=False)
        )


@pytest.mark.slow
def test_more_is_granted_only_where_it_is_asked_for_and_accepted() -> None:
    role = {"principalId": "x", "resourceId": PRINCIPAL, "appRoleId": USER_ROLE}

    def status(token: Secret) -> int:
        opened = {"Authorization": f"Bearer {token.reveal()}"}
        address = f"{entra.graph_url}/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo"
        return httpx.post(address, json=role, headers=opened, trust_env=False).status_code

    with running_entra() as entra:
        cache = Cache()
        reading = PersonSignIn(_registration(entra), cache.load, cache.save)
        reading.by_browser(answer_browser, seconds=20)
        assert status(reading.tokens(False)) == 403
        changing = PersonSignIn(_registration(entra), cache.load, cache.save, CONFIGURE_PERMISSIONS)
        with pytest.raises(AccessRefused, match="consent-missing") as refused:
            changing.tokens(True)
        assert "AppRoleAssignment.ReadWrite.All" in str(refused.value.message.args["permissions"])
        with pytest.raises(AccessRefused, match="consent-declined"):
            changing.by_browser(partial(answer_browser, accept=False), seconds=20)
        assert status(reading.tokens(False)) == 403
        changing.by_browser(answer_browser, seconds=20)
        assert status(changing.tokens(False)) == 400  # allowed, and then the person does not exist
        assert status(reading.tokens(True)) == 403


@pytest.mark.slow
def test_a_user_who_may_not_consent_sees_who_can(entra: EntraHandle) -> None:
    entra.set(admin=False, consented=[])
    sign_in = PersonSignIn(_registration(entra), lambda: "", lambda _: None)
    with pytest.raises(AccessRefused, match="consent-needs-administrator") as refused:
        sign_in.by_browser(partial(answer_browser, accept=False), seconds=20)
    assert refused.value.message.args["permissions"] == READ_PERMISSIONS
    with pytest.raises(AccessRefused, match="consent-needs-administrator"):
        sign_in.by_device_code(lambda code: entra.set(approve=code.code))
    entra.set(admin=True)
    consented = httpx.post(_registration(entra).consent_url, data={"answer": "accept"}, trust_env=False)
    assert "Consent was given" in consented.text
    entra.set(admin=False)
    assert sign_in.by_browser(answer_browser, seconds=20).user_name
    entra.set(admin=True)


def test_an_application_signs_in_with_its_secret(entra: EntraHandle) -> None:
    sign_in = ApplicationSignIn(_registration(entra), Secret(entra.client_secret))
    token = sign_in.tokens(False)
    assert _opens(entra, token)
    assert sign_in.tokens(False) == token
    assert sign_in.tokens(True) != token


def test_an_application_signs_in_with_its_certificate(entra: EntraHandle) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "wizard")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    proof = Certificate(Secret(private.decode()), made.public_bytes(serialization.Encoding.PEM).decode())
    assert _opens(entra, ApplicationSignIn(_registration(entra), proof).tokens(False))
    for broken, code in (
        (Certificate(Secret("not a key"), proof.public_part), "certificate-key-unreadable"),
        (Certificate(proof.private_key, "not a certificate"), "certificate-not-pem"),
        (Certificate(proof.private_key, proof.public_part, Secret("needless")), "certificate-key-unreadable"),
    ):
        with pytest.raises(WizardError) as refused:
            ApplicationSignIn(_registration(entra), broken).tokens(False)
        assert refused.value.message.code == code
    assert "PRIVATE" not in repr(proof)


@pytest.mark.parametrize(
    ("reason", "kind", "code"),
    [
        ("AADSTS53003", AccessRefused, "conditional-access-refuses"),
        ("AADSTS65001", AccessRefused, "consent-missing"),
        ("AADSTS7000222", AccessRefused, "client-secret-expired"),
        ("AADSTS700024", AccessRefused, "clock-differs-from-microsoft"),
        ("AADSTS700027", AccessRefused, "certificate-unknown-to-microsoft"),
        ("AADSTS7000218", AccessRefused, "public-client-not-allowed"),
        ("AADSTS50105", AccessRefused, "person-not-assigned-to-application"),
        ("AADSTS53000", AccessRefused, "conditional-access-refuses"),
        ("AADSTS50076", SignInNeeded, "microsoft-sign-in-expired"),
        ("AADSTS50173", SignInNeeded, "microsoft-sign-in-expired"),
        ("AADSTS700082", SignInNeeded, "microsoft-sign-in-expired"),
    ],
)
def test_refusals_are_told_with_the_way_out(
    entra: EntraHandle, reason: str, kind: type[WizardError], code: str
) -> None:
    entra.set(refusal=reason)
    try:
        with pytest.raises(kind) as refused:
            ApplicationSignIn(_registration(entra), Secret(entra.client_secret)).tokens(False)
    finally:
        entra.set(refusal="")
    assert (refused.value.message.code, refused.value.message.args["reason"]) == (code, reason)
    assert "Trace" not in str(refused.value)


def test_wrong_tenant_wrong_application_and_wrong_secret_are_told_apart(entra: EntraHandle) -> None:
    right = Secret(entra.client_secret)
    with pytest.raises(AccessRefused, match="tenant-unknown-to-microsoft"):
        ApplicationSignIn(_registration(entra, tenant="elsewhere.example"), right).tokens(False)
    with pytest.raises(AccessRefused, match="application-not-registered-in-tenant"):
        ApplicationSignIn(_registration(entra, client_id="11111111-1111-4111-8111-111111111111"), right).tokens(
            False
        )
    with pytest.raises(AccessRefused, match="client-secret-refused") as refused:
        ApplicationSignIn(_registration(entra), Secret("wrong-secret")).tokens(False)
    assert "wrong-secret" not in str(refused.value)
    assert refused.value.__context__ is None


def test_a_headless_run_after_the_sign_in_expired_says_so(entra: EntraHandle) -> None:
    cache = Cache()
    sign_in = PersonSignIn(_registration(entra), cache.load, cache.save)
    sign_in.by_browser(answer_browser, seconds=20)
    entra.set(expireRefresh=1)
    with pytest.raises(SignInNeeded, match="microsoft-sign-in-expired"):
        sign_in.tokens(True)


def test_a_browser_that_never_comes_back_is_not_waited_for_longer(entra: EntraHandle) -> None:
    sign_in = PersonSignIn(_registration(entra), lambda: "", lambda _: None)
    with pytest.raises(NoAccess, match="browser-did-not-return"):
        sign_in.by_browser(lambda _: None, seconds=0.3)
    with pytest.raises(NoAccess, match="browser-did-not-return"):
        sign_in.by_browser(lambda _: None, stopped=lambda: True)


def test_variables_of_other_libraries_change_nothing(entra: EntraHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/nowhere/at/all.pem")
    assert _opens(entra, ApplicationSignIn(_registration(entra), Secret(entra.client_secret)).tokens(False))


def test_the_library_is_imported_by_a_sign_in_alone() -> None:
    code = "import sys, wizard.graph.sign_in, wizard.sources.entra; print('msal' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"


def test_the_clouds_are_apart_and_government_has_no_gallery_application() -> None:
    assert len({cloud.id for cloud in CLOUDS}) == len({cloud.graph for cloud in CLOUDS}) == 4
    assert {cloud.id for cloud in CLOUDS if not cloud.gallery} == {"usgov", "dod"}
    china = next(cloud for cloud in CLOUDS if cloud.id == "china")
    registration = Registration(china, "contoso.partner.onmschina.cn", "id")
    assert registration.authority == "https://login.chinacloudapi.cn/contoso.partner.onmschina.cn"
    assert registration.known_host
    assert registration.consent_url == (
        "https://login.chinacloudapi.cn/contoso.partner.onmschina.cn/adminconsent?client_id=id"
    )
    assert china.scopes(("User.Read.All",)) == ["https://microsoftgraph.chinacloudapi.cn/User.Read.All"]


def test_the_end_of_a_certificate_is_read_from_a_pem_file() -> None:
    issued = trustme.CA().issue_cert("localhost", not_after=datetime(2027, 3, 4, 5, tzinfo=UTC))
    pem = issued.private_key_pem.bytes() + issued.cert_chain_pems[0].bytes()
    assert certificate_end(pem) == "2027-03-04T05:00:00+00:00"
    assert certificate_end(issued.private_key_pem.bytes()) == ""
    assert certificate_end(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----") == ""
