"""Whatever a job file says, tokens and secrets go only to AWS, Microsoft, this computer, and hosts confirmed here."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.flow.conftest import no_sandbox
from wizard.aws.endpoint import registrable_end
from wizard.errors import WizardError
from wizard.flow.directory.entra_session import EntraAccess
from wizard.flow.directory.reading import read_directory
from wizard.flow.runs.connection import confirm_host, run_connection_test, withdraw_host
from wizard.flow.services import Services
from wizard.flow.steps.session import new_draft
from wizard.graph.clouds import MICROSOFT_SIGN_IN_HOSTS
from wizard.http import client, one_request
from wizard.http.loopback import is_loopback
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home
from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET, SecretStore

CONFIRMED = "scim.partner.example"
MICROSOFT = MICROSOFT_SIGN_IN_HOSTS | {
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
}
AWS = {
    "scim.eu-central-1.amazonaws.com",
    "scim.us-gov-west-1.api.aws",
    "scim.cn-north-1.amazonaws.com.cn",
    "scim.eusc-de-east-1.amazonaws.eu",
}
HOSTS = st.sampled_from(
    [
        *sorted(AWS),
        *sorted(MICROSOFT),
        CONFIRMED,
        "127.0.0.1:8700",
        "localhost",
        "[::1]:8700",
        "evil.example",
        "scim.eu-central-1.amazonaws.com.evil.example",
        "scim.eu-central-1.amazonaws.com.cn",
        "scim.cn-north-1.amazonaws.com",
        "bucket.s3.amazonaws.com",
        "graph.microsoft.com.evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "127.0.0.1:80\\@evil.example",
        "localhost#@evil.example",
        "evil.example#localhost",
        "evil.example\\.microsoft.com",
        "partner.example",
        "scim.partner.example.evil.example",
        "2130706433",
        "0x7f.1",
    ]
)
ADDRESSES = st.one_of(
    st.just(""),
    st.builds(
        "{}://{}{}".format,
        st.sampled_from(["https", "http", "HTTPS", "file", "ftp"]),
        HOSTS,
        st.sampled_from(["", "/v1.0", "/tenant/scim/v2", "/contoso", "//evil.example/x", "/../x"]),
    ),
    st.text(max_size=30),
)
TENANTS = st.sampled_from(["contoso.onmicrosoft.com", "..", "@evil.example", "x@evil.example/", "//evil.example/"])
DOCUMENTS = st.fixed_dictionaries(
    {
        "tenant_url": ADDRESSES,
        "cloud": st.sampled_from(["global", "usgov", "dod", "china", "sandbox", "sandbox", "sandbox"]),
        "authority": ADDRESSES,
        "graph_url": ADDRESSES,
        "tenant": TENANTS,
        "allowed_host": HOSTS,
        "version": st.sampled_from([1, 2, 3]),
    }
)


class Stream(httpx.AsyncByteStream):
    """The body of an answer that was not read yet."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


class Network:
    """Answers as a sign-in, Graph and AWS would, for every host; notes each host that gets a secret."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()

    def answer(self, request: httpx.Request) -> httpx.Response:
        if "authorization" in request.headers or b"S3CRET" in request.content:
            self.hosts.add(request.url.host)
        return httpx.Response(
            200, headers={"Content-Type": "application/json"}, stream=Stream(self._body(request))
        )

    def _body(self, request: httpx.Request) -> bytes:
        host = f"https://{request.url.netloc.decode()}/x"
        if "openid-configuration" in request.url.path:
            names = ("authorization_endpoint", "token_endpoint", "device_authorization_endpoint", "issuer")
            return json.dumps(dict.fromkeys(names, host)).encode()
        if request.method == "POST" and "scim" not in request.url.path:
            token = {"access_token": "S3CRET-graph", "expires_in": 3600, "token_type": "Bearer"}
            return json.dumps(token).encode()
        return json.dumps({"value": [], "Resources": [], "totalResults": 0}).encode()


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    made = Network()

    async def asynchronous(request: httpx.Request) -> httpx.Response:
        await request.aread()
        return made.answer(request)

    for module in (client, one_request):
        monkeypatch.setattr(module, "transport", lambda *_: httpx.MockTransport(asynchronous))
    return made


def document_of(values: dict[str, Any]) -> bytes:
    """A job file with these values, as an earlier version may have written it."""
    import msgspec

    job: dict[str, Any] = msgspec.to_builtins(new_draft())
    job["version"] = values["version"]
    job["target"]["tenant_url"] = values["tenant_url"]
    if values["version"] < 3:
        job["target"]["allowed_host"] = values["allowed_host"]
    job["source"]["kind"] = "entra"
    job["source"]["entra"].update(
        cloud=values["cloud"], authority=values["authority"], graph_url=values["graph_url"], tenant=values["tenant"],
        client_id="client", sign_in="secret", scope="all",
    )  # fmt: skip
    return json.dumps(job).encode()


async def use(services: Services, path: Path) -> None:
    """What `check` does."""
    try:
        job = services.jobs.load(path)
    except WizardError:
        return
    for each in (read_directory(services, job), run_connection_test(services, job)):
        try:
            await each
        except WizardError:
            continue


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(DOCUMENTS)
@example({**dict.fromkeys(("authority", "tenant_url", "allowed_host"), ""), "cloud": "sandbox", "version": 2,
          "tenant": "contoso", "graph_url": "https://graph.evil.example/v1.0"})  # fmt: skip
def test_secrets_go_only_where_a_person_here_said(
    network: Network, tmp_path: Path, values: dict[str, Any]
) -> None:
    home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": str(tmp_path / "home")})
    secrets = SecretStore({AWS_TOKEN.variable: "S3CRET-aws-token", ENTRA_SECRET.variable: "S3CRET-entra"})
    services = Services(home, JobStore(home), secrets, no_sandbox, EntraAccess(home, secrets))
    services.confirmed_hosts.confirm(CONFIRMED)
    path = tmp_path / "mailed.json"
    path.write_bytes(document_of(values))
    network.hosts.clear()
    anyio.run(use, services, path)
    elsewhere = {host for host in network.hosts if not is_loopback(host)} - MICROSOFT - AWS - {CONFIRMED}
    assert not elsewhere


def test_the_law_sees_secrets_that_go_somewhere(network: Network, tmp_path: Path, home: Home) -> None:
    """Else it would hold for a program that sends nothing."""
    secrets = SecretStore({AWS_TOKEN.variable: "S3CRET-aws-token", ENTRA_SECRET.variable: "S3CRET-entra"})
    services = Services(home, JobStore(home), secrets, no_sandbox, EntraAccess(home, secrets))
    services.confirmed_hosts.confirm(CONFIRMED)
    values = {"cloud": "global", "authority": "", "graph_url": "", "tenant": "contoso", "allowed_host": ""}
    path = tmp_path / "mailed.json"
    path.write_bytes(document_of({**values, "tenant_url": f"https://{CONFIRMED}/t/scim/v2", "version": 3}))
    anyio.run(use, services, path)
    assert network.hosts >= {"login.microsoftonline.com", "graph.microsoft.com", CONFIRMED}


@pytest.mark.anyio
async def test_a_confirmation_is_of_this_computer_and_can_be_withdrawn(services: Services) -> None:
    job = replace(
        new_draft(), target=replace(new_draft().target, tenant_url="https://scim.partner.example/t/scim/v2")
    )
    services.secrets.keep_for_session(job.id, AWS_TOKEN, "token-123456", job.target.tenant_url)
    with pytest.raises(WizardError) as error:
        await run_connection_test(services, job)
    assert error.value.message.code == "host-not-confirmed"
    await confirm_host(services, "SCIM.partner.example", session_only=True)
    assert not (services.home.root / "confirmed-hosts.json").exists()
    assert services.confirmed_hosts.all() == {CONFIRMED}
    await confirm_host(services, CONFIRMED)
    assert (services.home.root / "confirmed-hosts.json").exists()
    await withdraw_host(services, CONFIRMED)
    assert services.confirmed_hosts.all() == frozenset()


@pytest.mark.parametrize(
    ("host", "end"),
    [
        ("scim.us-east-1.amazonaws.com.identity-center.evil.example", "evil.example"),
        ("scim.evil.co.uk", "evil.co.uk"),
        ("idp.example.com:8443", "example.com:8443"),
        ("10.0.0.7", "10.0.0.7"),
        ("[2001:db8::1]:443", "[2001:db8::1]:443"),
        ("host.de", "host.de"),
    ],
)
def test_the_registrable_end_of_a_host(host: str, end: str) -> None:
    assert registrable_end(host) == end
