"""The process: how it begins, what it writes, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import httpx
import pytest

import wizard.sandbox
from tests.sandbox.people import person
from tests.sandbox_process import ROOT, running_sandbox, start_sandbox, stop
from wizard.sandbox.server import _listening


def run(*argv, **environment):
    """Run a sandbox that ends of itself."""
    return subprocess.run(
        [sys.executable, "-m", "wizard.sandbox", *argv],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def test_two_lines_and_nothing_more():
    sandbox = start_sandbox()
    tenant = r"http://127\.0\.0\.1:\d+/[0-9a-f]{11}-[0-9a-f-]{27}/scim/v2"
    assert re.fullmatch(tenant, sandbox.tenant_url)
    assert len(sandbox.token) >= 40
    with sandbox.client() as scim:
        assert scim.get("/ServiceProviderConfig").status_code == 200
        assert scim.get("/nowhere").status_code == 404
    sandbox.process.stdin.close()
    assert sandbox.process.stdout.read() == ""
    assert stop(sandbox.process) == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_without_a_complaint(number):
    sandbox = start_sandbox()
    with sandbox.client() as scim:
        assert scim.get("/Users").status_code == 200
        sandbox.process.send_signal(number)
        assert sandbox.process.wait(10) == 0
    stop(sandbox.process)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the starter is looked after by its number")
def test_it_ends_when_its_starter_is_gone_although_standard_input_stays_open():
    reading, writing = os.pipe()
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "command = [sys.executable, '-m', 'wizard.sandbox', '--until-eof']\n"
            "child = subprocess.Popen(command, stdout=subprocess.PIPE)\n"
            "print(child.stdout.readline().decode(), flush=True)\n"
            "time.sleep(60)\n",
        ],
        stdin=reading,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        address = starter.stdout.readline().split(": ")[1].strip()
        assert httpx.get(address, trust_env=False).status_code == 401
        starter.kill()
        starter.wait(10)
        until = time.monotonic() + 8
        while time.monotonic() < until:
            try:
                httpx.get(address, trust_env=False)
            except httpx.TransportError:
                return
            time.sleep(0.1)
        pytest.fail("the sandbox outlived its starter")
    finally:
        starter.kill()
        starter.stdout.close()
        os.close(reading)
        os.close(writing)


@pytest.mark.slow
def test_a_token_from_the_environment():
    with running_sandbox(token="from-the-environment") as sandbox, sandbox.client() as scim:
        assert sandbox.token == "from-the-environment"
        assert scim.get("/Users").status_code == 200


def test_it_listens_on_one_address_of_loopback_alone():
    with running_sandbox() as sandbox, socket.socket() as plug:
        plug.settimeout(2)
        assert plug.connect_ex(("127.0.0.2", int(sandbox.tenant_url.split(":")[2].split("/")[0]))) != 0


@pytest.mark.slow
def test_a_port_in_use_is_reported_in_one_sentence():
    with running_sandbox() as sandbox:
        port = sandbox.tenant_url.split(":")[2].split("/")[0]
        ended = run("--port", port)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert re.fullmatch(rf"Port {port} on 127\.0\.0\.1 cannot be opened: .+\.\n", ended.stderr)


def test_a_wrong_option_is_reported_in_one_sentence():
    ended = run("--faults", "many")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "Argument --faults: many is not a number of 0 or more.\n"


def test_a_damaged_state_file_is_reported_in_one_sentence(tmp_path):
    file = tmp_path / "state.json"
    file.write_text("{")
    ended = run("--state", str(file))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"The state file {file} is damaged or not one of the sandbox's.\n"


def test_help_ends_well(capsys):
    assert wizard.sandbox.main(["--help"]) == 0
    assert "--fault-kinds" in capsys.readouterr().out


def test_main_returns_the_exit_code(capsys):
    assert wizard.sandbox.main(["--port", "x"]) == 2
    assert capsys.readouterr().err == "Argument --port: x is not a port from 0 to 65535.\n"


@pytest.mark.slow
def test_every_answer_takes_the_latency():
    with running_sandbox("--latency-ms", "120") as sandbox, sandbox.client() as scim:
        begun = time.monotonic()
        assert scim.post("/Users", json=person()).status_code == 201
        assert time.monotonic() - begun > 0.11


@pytest.mark.slow
def test_an_answer_is_held_after_the_act():
    with running_sandbox("--answer-ms", "60000") as sandbox, sandbox.client() as scim:
        with pytest.raises(httpx.ReadTimeout):
            scim.post("/Users", json=person(), timeout=1)
        assert len(sandbox.state()["users"]) == 1


def test_small_answers_are_sent_at_once():
    """asyncio switches the gathering of small packets off only where the socket names its protocol."""
    with closing(_listening(0)) as listening:
        assert listening.proto == socket.IPPROTO_TCP
