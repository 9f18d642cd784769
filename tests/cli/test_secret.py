"""The verb `secret set` with a real keyring, and what an edited job file cannot do."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.keyring_session import run_in_keyring_session

pytestmark = pytest.mark.desktop

ROOT = Path(__file__).resolve().parents[2]


def test_the_token_goes_only_where_it_was_kept_for(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "tests.cli.keyring_story", str(tmp_path)]
    done = run_in_keyring_session(command, env=environment, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    story = json.loads((tmp_path / "story.json").read_text())
    assert story["before"] == 5
    assert story["empty"] == 5
    assert story["kept"] == story["expected"]
    assert story["people"] == 4
    assert (story["same"], story["rotated"], story["after"]) == (2, 0, [0, True])
    assert (story["reminded"], story["forgotten"], story["calendar"]) == (True, True, 0)
    code, sentence, requests = story["elsewhere"]
    assert (code, requests) == (4, 0)
    assert story["expected"][1] not in sentence
