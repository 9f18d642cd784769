"""What a web page cannot do to a sandbox: another Host, a foreign Origin, a body without an end."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.entra_process import EntraHandle, running_entra


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


def ask(entra: EntraHandle, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    port = urlsplit(entra.graph_url).port
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        link.request(method, path, body or None, {"Host": f"127.0.0.1:{port}", **headers})
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()


def scim(entra: EntraHandle) -> str:
    return f"{urlsplit(entra.identity_center.tenant_url).path}/Users"


@pytest.mark.parametrize(
    "host", ["rebound.attacker.example", "127.0.0.1", "127.0.0.1:1", "localhost.attacker.example"]
)
@pytest.mark.parametrize("path", ["/v1.0/users", "/t/scim/v2/Users", "/common/oauth2/deviceauth"])
def test_another_host_is_refused(entra: EntraHandle, host: str, path: str) -> None:
    assert ask(entra, "GET", path, Host=host)[0] == 421


def test_its_own_names_are_answered(entra: EntraHandle) -> None:
    port = urlsplit(entra.graph_url).port
    token = {"Authorization": f"Bearer {entra.identity_center.token}"}
    assert ask(entra, "GET", scim(entra), **token)[0] == 200
    assert ask(entra, "GET", scim(entra), Host=f"LOCALHOST:{port}", **token)[0] == 200
    assert ask(entra, "GET", scim(entra), Origin=f"http://127.0.0.1:{port}", **token)[0] == 200


@pytest.mark.parametrize("origin", ["https://attacker.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_another_origin_is_refused(entra: EntraHandle, origin: str) -> None:
    form = b"client_id=x&answer=accept"
    path = f"/{entra.authority.rpartition('/')[2]}/adminconsent"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
    assert ask(entra, "POST", path, form, **headers)[0] == 403


def test_a_link_consents_to_nothing(entra: EntraHandle) -> None:
    path = f"/{entra.authority.rpartition('/')[2]}/adminconsent?client_id=x&answer=accept"
    status, page = ask(entra, "GET", path)
    assert status == 200
    assert b"Consent was given" not in page


@pytest.mark.parametrize("path", ["/v1.0/users", "/common/oauth2/v2.0/token"])
def test_a_large_body_is_refused_before_it_is_held(entra: EntraHandle, path: str) -> None:
    assert ask(entra, "POST", path, b"x" * (4 * 1024 * 1024 + 1))[0] == 413


def test_identity_center_asks_for_the_token_before_the_body(entra: EntraHandle) -> None:
    assert ask(entra, "POST", scim(entra), b"x" * (2 * 1024 * 1024))[0] == 401
    token = {"Authorization": f"Bearer {entra.identity_center.token}"}
    assert ask(entra, "POST", scim(entra), b"x" * (2 * 1024 * 1024), **token)[0] == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1.0/users/delta()", 200),
        ("/v1.0/groups/delta()", 200),
        ("/v1.0/users/nobody@corp.example", 404),
        ("/v1.0/groups/no-such-group", 404),
        ("/v1.0/nothing", 400),
    ],
)
def test_paths_as_the_sdk_of_microsoft_sends_them(entra: EntraHandle, path: str, status: int) -> None:
    assert ask(entra, "GET", path, Authorization=f"Bearer {entra.client_secret}")[0] == status
