"""A tenant by the verbs alone: made, signed in to, run, and every way a run without a person can be refused."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.entra_process import EntraHandle, running_entra
from tests.program import ROOT, Program
from wizard.storage.secret_store import ENTRA_SECRET


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with running_entra() as handle:
        yield handle


@pytest.fixture
def program(tmp_path: Path, entra: EntraHandle) -> Program:
    return Program(tmp_path / "home", entra.identity_center.token, {ENTRA_SECRET.variable: entra.client_secret})


def made_job(program: Program, entra: EntraHandle, folder: Path, *more: str) -> str:
    """A job as `new` makes it, turned to the tenant on this computer, which no option names."""
    path = folder / "tenant.json"
    program(
        "new", str(path), "--entra", entra.authority.rpartition("/")[2], "--client-id", entra.client_id,
        "--tenant-url", entra.identity_center.tenant_url, *more, code=0,
    )  # fmt: skip
    job = json.loads(path.read_text())
    job["source"]["entra"] |= {"cloud": "sandbox", "authority": entra.authority, "graph_url": entra.graph_url}
    path.write_text(json.dumps(job))
    return str(path)


@pytest.mark.slow
def test_a_tenant_is_signed_in_to_by_a_secret_and_provisioned(
    program: Program, entra: EntraHandle, tmp_path: Path
) -> None:
    path = made_job(program, entra, tmp_path)
    told = program("sign-in", path, code=0).out
    assert "AWS IAM Identity Center" in told
    assert json.loads(Path(path).read_text())["source"]["entra"]["application_id"]
    first = program("run", path, "--json", code=1).last  # AWS would refuse some people of the sample
    assert first["users"]["created"] > 10
    assert first["groups"]["created"] == 3
    later = program("run", path, "--json", code=1).last
    assert later["users"]["created"] == later["users"]["updated"] == 0
    assert later["users"]["failed"] == first["users"]["failed"]
    assert "people" in program("check", path, code=0).out


def test_everybody_is_read_without_an_application(program: Program, entra: EntraHandle, tmp_path: Path) -> None:
    path = made_job(program, entra, tmp_path, "--everybody", "--nested")
    planned = program("plan", path, "--json").last
    assert planned["users"]["created"] + planned["users"]["unchanged"] + planned["users"]["failed"] > 40


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--sign-in", "certificate"), "--certificate"),
        (("--members", "groups.csv"), "--members"),
        (("--client-id", ""), "client"),
        (("--sign-in", "certificate", "--certificate", "nowhere.pem"), "nowhere.pem"),
    ],
)
def test_a_wrong_answer_saves_nothing(
    program: Program, entra: EntraHandle, tmp_path: Path, more: tuple[str, ...], sentence: str
) -> None:
    path = tmp_path / "wrong.json"
    told = program(
        "new", str(path), "--entra", "contoso.onmicrosoft.com", "--client-id", entra.client_id,
        "--tenant-url", entra.identity_center.tenant_url, *more, code=2,
    )  # fmt: skip
    assert sentence in told.err
    assert not path.exists()


def test_a_run_that_nobody_let_in_ends_with_4_or_5_and_the_way_out(
    program: Program, entra: EntraHandle, tmp_path: Path
) -> None:
    path = made_job(program, entra, tmp_path)
    program("sign-in", path, code=0)
    refusals = (
        ({ENTRA_SECRET.variable: ""}, {}, 5, ENTRA_SECRET.variable),
        ({ENTRA_SECRET.variable: "revoked"}, {}, 4, "client secret"),
        ({}, {"refusal": "AADSTS7000222"}, 4, "expired"),
        ({}, {"refusal": "AADSTS53003"}, 4, "Conditional Access"),
        ({}, {"refusal": "AADSTS700024"}, 4, "clock"),
        ({}, {"granted": ["GroupMember.Read.All", "Application.Read.All"]}, 4, "User.Read.All"),
        ({}, {"applications": "none"}, 4, "Choose the application again"),
    )
    for environment, circumstances, code, sentence in refusals:
        with_trouble = Program(program.home, program.token, {**program.environment, **environment})
        entra.set(**circumstances)
        told = with_trouble("run", path)
        assert told.code == code, (circumstances, told.err)
        assert sentence in told.err, (circumstances, told.err)
        assert "Traceback" not in told.err
        assert entra.client_secret not in told.out + told.err
        entra.set(refusal="", granted=["User.Read.All", "GroupMember.Read.All", "Application.Read.All"])


def test_the_sign_in_is_for_tenants_alone(program: Program, entra: EntraHandle, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("userPrincipalName,givenName,surname,displayName\na@x.example,A,B,A B\n")
    program("new", "Staff", "--users", str(people), "--tenant-url", entra.identity_center.tenant_url, code=0)
    assert "Microsoft Entra ID" in program("sign-in", "Staff", code=2).err
    assert "Microsoft Entra ID" in program("sign-on", "show", "Staff", code=2).err
    assert "Entra ID" in program("entra", "status", "Staff", code=2).err


class EndlessGraph(BaseHTTPRequestHandler):
    """A Graph whose list of people never ends: one person a page, slowly."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        time.sleep(0.05)
        following = f"http://127.0.0.1:{self.server.server_port}/v1.0/users/delta?$skiptoken={self.asked}"
        person = {
            "id": f"00000000-0000-4000-8000-{self.asked:012}",
            "userPrincipalName": f"u{self.asked}@a.example",
        }
        body = json.dumps({"value": [person], "@odata.nextLink": following}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_an_interrupt_ends_the_reading_of_a_tenant(
    program: Program, entra: EntraHandle, tmp_path: Path, command: str
) -> None:
    path = made_job(program, entra, tmp_path, "--everybody")
    with ThreadingHTTPServer(("127.0.0.1", 0), EndlessGraph) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        job = json.loads(Path(path).read_text())
        job["source"]["entra"]["graph_url"] = f"http://127.0.0.1:{server.server_port}/v1.0"
        Path(path).write_text(json.dumps(job))
        process = subprocess.Popen(
            [sys.executable, "-m", "wizard", command, path], cwd=ROOT, env=program.whole_environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        EndlessGraph.asked = 0
        while EndlessGraph.asked < 5:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        at_signal = EndlessGraph.asked
        assert process.wait(20) == 130
        assert EndlessGraph.asked <= at_signal + 2
        server.shutdown()
