"""A sandbox that is a tenant of Entra ID too, as a process of its own, for the tests of every room.

No browser is needed for its sign-in: `answer_browser(url)` does what a person does with the page at an address, on a
thread of its own, because the wizard is listening for the answer meanwhile. For a device code there is
`enter_code(address, code)`, and `EntraHandle.set(approve=code)`, which takes no page at all.

    sign_in.by_browser(answer_browser)                                   accept whatever is asked for
    sign_in.by_browser(partial(answer_browser, accept=False))            press Cancel
    sign_in.by_device_code(lambda code: enter_code(code.address, code.code))
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from threading import Thread
from typing import Any

import httpx

from tests.sandbox_process import NO_TLS, ROOT, SandboxHandle, stop

PRINCIPAL = "d3616293-fff8-4415-9f01-33b05dad1b46"
"""The gallery application that a sandbox's tenant has from the beginning, and its role User."""
USER_ROLE = "8774f594-1d59-4279-b9d9-59ef09a23530"


@dataclass(frozen=True, slots=True)
class EntraHandle:
    """A running tenant: where it is, what opens it, and a look inside."""

    identity_center: SandboxHandle
    graph_url: str
    authority: str
    client_id: str
    client_secret: str

    def client(self) -> httpx.Client:
        """An administrator's client; relative paths begin at Graph's address."""
        return httpx.Client(
            base_url=self.graph_url,
            headers={"Authorization": f"Bearer {self.client_secret}"},
            timeout=20,
            trust_env=False,
            verify=NO_TLS,
        )

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One call of an administrator to Graph."""
        with self.client() as client:
            answer = client.request(method, path, json=body).raise_for_status()
            return answer.json() if answer.content else None

    def assign(self, principal_id: str) -> None:
        """Assign a person or a group to the application with the role User; who is assigned stays so."""
        wanted = {"principalId": principal_id, "resourceId": PRINCIPAL, "appRoleId": USER_ROLE}
        with self.client() as client:
            answer = client.post(f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo", json=wanted)
            assert answer.status_code == 201 or "already exists" in answer.text, answer.text

    def set(self, **circumstances: Any) -> None:
        """Let something go wrong; see wizard/sandbox/entra/__init__.py."""
        self.look("POST", "circumstances", circumstances)

    def application_token(self, *granted: str) -> str:
        """An access token of the application itself, with these permissions consented to; without any, as they are."""
        if granted:
            self.set(granted=granted)
        form = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "grant_type": "client_credentials",
        }
        with self.client() as client:
            answer = client.post(f"{self.authority}/oauth2/v2.0/token", data=form).raise_for_status()
            return str(answer.json()["access_token"])

    def requests(self) -> dict[str, Any]:
        """How often what was asked."""
        return self.look("GET", "requests")

    def reset_counters(self) -> None:
        """Set the counters to zero."""
        self.look("POST", "reset-counters")

    def traffic(self) -> list[dict[str, Any]]:
        """Every call with its answer, since `record` was set."""
        return self.look("GET", "traffic")

    def look(self, method: str, name: str, body: Any = None) -> Any:
        """One of the paths that Microsoft lacks; see wizard/sandbox/entra/__init__.py."""
        root = self.graph_url.removesuffix("/v1.0")
        with self.client() as client:
            answer = client.request(method, f"{root}/_entra/{name}", json=body).raise_for_status()
            return answer.json() if answer.content else None


class Forms(HTMLParser):
    """The forms of a page by their id: method, address, hidden fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str, dict[str, str]]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found[told["id"]] = (told["method"], told["action"], {})
        elif tag == "input" and told["type"] == "hidden":
            list(self.found.values())[-1][2][told["name"]] = told["value"]


def _pressed(client: httpx.Client, page: httpx.Response, button: str, **typed: str) -> httpx.Response:
    """Press a button of a page, as a browser without scripts does."""
    method, address, fields = Forms(page.text).found[button]
    target = page.url.join(address.replace("//localhost:", "//127.0.0.1:"))
    return client.request(method, target, data={**fields, **typed})


def answer_browser(url: str, accept: bool = True) -> Thread:
    """Open a page of the sign-in and press Accept or Cancel, on a thread; returns that."""

    def visit() -> None:
        with httpx.Client(trust_env=False, verify=NO_TLS, timeout=20) as client:
            _pressed(client, client.get(url), "accept" if accept else "cancel")

    thread = Thread(target=visit)
    thread.start()
    return thread


def enter_code(address: str, code: str, accept: bool = True) -> str:
    """Enter a device code where a person does, and press Accept or Cancel; returns the last page."""
    with httpx.Client(trust_env=False, verify=NO_TLS, timeout=20) as client:
        asked = _pressed(client, client.get(address), "code", user_code=code)
        return _pressed(client, asked, "accept" if accept else "cancel").text


@contextmanager
def running_entra(*options: str) -> Iterator[EntraHandle]:
    """A tenant with these command-line options of the sandbox, ended when the block ends."""
    chosen = options if "--entra" in options else (*options, "--entra")
    process = subprocess.Popen(
        [sys.executable, "-m", "wizard.sandbox", "--until-eof", *chosen],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(6))
        yield EntraHandle(
            SandboxHandle(told["tenant-url"], told["token"], process),
            told["graph-url"],
            told["authority"],
            told["client-id"],
            told["client-secret"],
        )
    finally:
        stop(process)
