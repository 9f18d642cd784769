"""Readings of a tenant in real files."""

import stat
from hashlib import sha256
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.storage.mirrors import Mirrors
from wizard.storage.paths import Home

JOB = "0b8f3a52-9a51-4c3e-8a55-1f9a1f0a7b01"
FIRST, SECOND, THIRD = (sha256(text).hexdigest() for text in (b"1", b"2", b"3"))


def test_the_reading_of_the_journals_cursor_is_kept_until_the_next_run(home: Home) -> None:
    mirrors = Mirrors(home, JOB)
    assert mirrors.load(FIRST) is None
    mirrors.save(FIRST, b"one")
    for cursor in (SECOND, THIRD):  # two plans in a row, neither of them run
        again = Mirrors(home, JOB)
        assert again.load(FIRST) == b"one"
        again.save(cursor, b"later")
    assert Mirrors(home, JOB).load(THIRD) == b"later"
    assert len(list((home.root / "mirrors").iterdir())) == 2
    Mirrors(home, JOB).delete()
    assert list((home.root / "mirrors").iterdir()) == []


def test_a_reading_that_is_open_elsewhere_is_left_and_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "open in another program")

    mirrors = Mirrors(home, JOB)
    for cursor in (FIRST, SECOND):
        mirrors.save(cursor, b"one")
    monkeypatch.setattr(Path, "unlink", refuse)
    mirrors.save(THIRD, b"two")
    assert Mirrors(home, JOB).load(THIRD) == b"two"
    with pytest.raises(WizardError) as error:
        mirrors.delete()
    assert error.value.message.code == "file-not-deleted"


def test_readings_are_private_and_separate_for_each_job(home: Home) -> None:
    Mirrors(home, JOB).save(FIRST, b"one")
    Mirrors(home, "other").save(SECOND, b"two")
    assert Mirrors(home, "other").load(FIRST) is None
    for path in (home.root / "mirrors").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_reading_or_an_unknown_cursor_is_none(home: Home) -> None:
    mirrors = Mirrors(home, JOB)
    mirrors.save(FIRST, b"one" * 1000)
    (path,) = (home.root / "mirrors").iterdir()
    path.write_bytes(path.read_bytes()[:20])
    assert mirrors.load(FIRST) is None
    assert mirrors.load("../../etc") is None


def test_a_reading_with_one_damaged_byte_is_none(home: Home) -> None:
    mirrors = Mirrors(home, JOB)
    mirrors.save(FIRST, sha256(b"0").hexdigest().encode() * 40)
    (path,) = (home.root / "mirrors").iterdir()
    content = path.read_bytes()
    loaded = set()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        loaded.add(mirrors.load(FIRST))
    assert loaded <= {None, sha256(b"0").hexdigest().encode() * 40}  # the header has bytes that mean nothing
