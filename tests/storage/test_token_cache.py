"""Tokens of a sign-in, encrypted on the disk, their key in a real keyring of its own."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from tests.keyring_session import run_in_keyring_session

ROOT = Path(__file__).resolve().parents[2]
OPENING = """
import json, os, subprocess, sys, tempfile
from wizard.errors import WizardError
from wizard.storage.paths import Home
from wizard.storage.token_cache import TokenCache
home = Home.open({"IDENTITY_CENTER_WIZARD_HOME": tempfile.mkdtemp()})
cache, answers = TokenCache(home, "job"), []
file = home.root / "sign-ins" / "job.bin"
def tell(call):
    try:
        answers.append(call())
    except WizardError as error:
        answers.append([type(error).__name__, str(error)])
def key():
    command = ["secret-tool", "lookup", "service", "identity-center-wizard", "username", "job/sign-in-key"]
    return subprocess.run(command, capture_output=True, text=True).stdout
"""
CLOSING = "\nprint(json.dumps(answers))"
TOKENS = "refresh-token-" * 800


def _code(body: str) -> list[str]:
    opening = f"TOKENS = {TOKENS!r}\n" + OPENING
    return [sys.executable, "-W", "ignore::ResourceWarning", "-c", opening + textwrap.dedent(body) + CLOSING]


def _told(done: "subprocess.CompletedProcess[str]") -> list[Any]:
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def test_tokens_longer_than_a_keyrings_entry_are_kept_and_nothing_stands_in_clear() -> None:
    before, kept, clear, mode, short, after, left, key = _told(
        run_in_keyring_session(
            _code("""
                tell(cache.load)
                cache.save(TOKENS)
                tell(lambda: TokenCache(home, "job").load() == TOKENS)
                tell(lambda: b"refresh-token" in file.read_bytes())
                tell(lambda: oct(file.stat().st_mode & 0o777))
                tell(lambda: len(key()) < 100)
                cache.delete()
                tell(cache.load)
                tell(file.exists)
                tell(key)
            """),
            env={"PYTHONPATH": str(ROOT)},
        )
    )
    assert (before, kept, clear, mode, short) == ("", True, False, "0o600", True)
    assert (after, left, key) == ("", False, "")


def test_a_file_of_another_key_is_a_sign_in_to_make_again() -> None:
    answers = _told(
        run_in_keyring_session(
            _code("""
                cache.save(TOKENS)
                kept = file.read_bytes()
                cache.delete()
                cache.save("new")
                file.write_bytes(kept)
                tell(cache.load)
            """),
            env={"PYTHONPATH": str(ROOT)},
        )
    )
    assert answers == [""]


def test_without_a_keyring_nothing_is_kept() -> None:
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    body = """
        tell(lambda: cache.save(TOKENS))
        tell(file.exists)
    """
    done = subprocess.run(_code(body), env=environ, capture_output=True, text=True, timeout=60, check=False)
    refused, exists = _told(done)
    assert refused[0] == "NoSecret"
    assert exists is False
