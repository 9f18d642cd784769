"""Redacted values in the journal: sealed whichever way they came there, with a key of the job."""

import os
import stat
from pathlib import Path

import anyio
import keyring
import pytest

from tests.provisioning.changes import create_user
from tests.storage.conftest import JOB_ID, TENANT
from tests.ui.pages.keyrings import MemoryKeyring, in_use
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import Confirmed, InDoubt, Link
from wizard.scim.resource import Redacted, Sealed, Sealer
from wizard.storage.jobs import JobStore
from wizard.storage.journal import Journal
from wizard.storage.paths import Home, remove_session_folder
from wizard.storage.redaction import Redaction, redaction_key
from wizard.storage.secret_store import SecretStore

SECRET = "Grade-Q7741-confidential"
ANN = Link("user", "ann", "aws-ann", "Ann", {"userName": "ann", "title": SECRET}, not_kept={"title": SECRET})
PATHS = {"user": frozenset({"title"})}


def stored(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())


def reopened(home: Home, key: bytes) -> Link:
    with Journal.open(home, JOB_ID, TENANT, Redaction(Sealer(key), PATHS)) as journal:
        return journal.links()["user", "ann"]


@pytest.mark.parametrize("way", ["adopted", "settled", "ended"])
def test_a_value_is_sealed_whichever_way_its_link_comes(home: Home, way: str) -> None:
    key = os.urandom(32)

    async def end(journal: Journal) -> None:
        journal.end(await journal.begin(create_user("ann", "Ann", {"userName": "ann"}), ()), Confirmed(link=ANN))

    with Journal.open(home, JOB_ID, TENANT, Redaction(Sealer(key), PATHS)) as journal:
        if way == "adopted":
            journal.adopt([ANN])
        elif way == "settled":
            journal.settle(InDoubt("user", "ann", "Ann", "create", (), ""), ANN)
        else:
            anyio.run(end, journal)
    assert SECRET.encode() not in stored(home)
    title = reopened(home, key).confirmed["title"]
    assert title == SECRET
    assert isinstance(title, Sealed)
    assert reopened(home, key).not_kept == {"title": SECRET}
    assert reopened(home, os.urandom(32)).confirmed["title"] != SECRET


def test_a_value_that_no_path_names_is_sealed_too(home: Home) -> None:
    with Journal.open(home, JOB_ID, TENANT) as journal:
        journal.adopt([Link("user", "ann", "aws-ann", "Ann", {"title": Redacted(SECRET)})])
    assert SECRET.encode() not in stored(home)


def test_the_key_is_in_the_keyring_and_in_no_file(home: Home) -> None:
    with in_use(MemoryKeyring()):
        key = redaction_key(SecretStore({}), home, JOB_ID)
        assert redaction_key(SecretStore({}), home, JOB_ID) == key
        kept = keyring.get_keyring()
        assert isinstance(kept, MemoryKeyring)
        assert kept.kept == {f"{JOB_ID}/redaction-key": key.hex()}
    assert len(key) == 32
    assert stored(home) == b""


def test_without_a_keyring_the_key_is_in_a_private_file_and_stays_there(home: Home, tmp_path: Path) -> None:
    locked = MemoryKeyring()
    locked.trouble = OSError("locked")
    with in_use(locked):
        key = redaction_key(SecretStore({}), home, JOB_ID)
        assert redaction_key(SecretStore({}), home, JOB_ID) == key
    (file,) = (home.root / "redaction-keys").iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with in_use(MemoryKeyring()):
        assert redaction_key(SecretStore({}), home, JOB_ID) == key


@pytest.mark.parametrize("content", [b"", b"zz", b"ab", b"\xff"])
def test_a_damaged_key_is_made_again(home: Home, content: bytes) -> None:
    (home.ready(home.root / "redaction-keys") / f"{JOB_ID}.key").write_bytes(content)
    ring = MemoryKeyring()
    ring.kept[f"{JOB_ID}/redaction-key"] = "damaged"
    with in_use(ring):
        assert len(redaction_key(SecretStore({}), home, JOB_ID)) == 32


def test_the_key_of_a_job_for_this_session_is_for_this_session(home: Home) -> None:
    home.keep_out(JOB_ID)
    ring = MemoryKeyring()
    with in_use(ring):
        key = redaction_key(SecretStore({}), home, JOB_ID)
        assert redaction_key(SecretStore({}), home, JOB_ID) == key
    assert ring.kept == {}
    assert stored(home) == b""
    remove_session_folder()


def test_the_key_goes_with_its_job(home: Home, store: JobStore, job: Job) -> None:
    locked = MemoryKeyring()
    locked.trouble = OSError("locked")
    store.save(job)
    with in_use(locked):
        redaction_key(SecretStore({}), home, job.id)
    store.delete(job)
    assert list((home.root / "redaction-keys").iterdir()) == []
