"""The search for the token finds it in whatever way it was written down, and finds nothing where it is not."""

import base64
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.endurance.arena import TOKEN
from tests.endurance.leaks import leaks, watched_command_lines

pytestmark = pytest.mark.slow

PLAIN = TOKEN.encode()
WRAPPED = base64.encodebytes(b"{'token': '" + PLAIN * 2 + b"'}")


WRITTEN = {
    "plain": PLAIN,
    "upper": TOKEN.upper().encode(),
    "utf-16": TOKEN.encode("utf-16"),
    "broken-line": PLAIN[:20] + b"\r\n  " + PLAIN[20:],
    "its-end": PLAIN[-14:],
    "base64": base64.b64encode(PLAIN),
    "base64-of-a-header": base64.b64encode(b"Authorization: Bearer " + PLAIN),
    "url-safe-base64": base64.urlsafe_b64encode(b"x" + PLAIN),
    "wrapped-base64": WRAPPED,
    "hex": PLAIN.hex().upper().encode(),
    "quoted": quote(TOKEN, safe="").encode(),
    "list-of-bytes": repr(list(PLAIN)).encode(),
    "compressed": b"before" + zlib.compress(b"a log: " + PLAIN) + b"after",
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_it_is_found(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "some.log").write_bytes(b"first line\n" + written + b"\nlast line")
    assert leaks(tmp_path)


def test_it_is_found_in_a_database_and_in_a_name(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("INSERT INTO t VALUES (?)", (TOKEN,))
    connection.close()
    assert leaks(tmp_path)
    (tmp_path / "a.sqlite").unlink()
    (tmp_path / f"report-{TOKEN[:14].replace('/', '_')}").touch()
    assert leaks(tmp_path)


def test_nothing_is_found_where_it_is_not(tmp_path: Path) -> None:
    (tmp_path / "some.log").write_bytes(b"Endurance of the token\n" + bytes(range(256)) * 40)
    assert leaks(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="command lines are no files here")
def test_it_is_found_in_a_command_line() -> None:
    with watched_command_lines() as seen:
        subprocess.run([sys.executable, "-c", "import time; time.sleep(0.5)", TOKEN], check=True)
    assert seen.found
