"""What a person accepted for a job, and the protected list of this computer."""

from pathlib import Path

import pytest

from wizard.provisioning.job import Job
from wizard.storage.acceptances import Acceptance, Acceptances, ProtectedNames
from wizard.storage.jobs import JobStore
from wizard.storage.paths import Home, remove_session_folder

ANN, BOB = Acceptance("aws-ann", "take-over"), Acceptance("aws-bob", "inherited")
OTHER_ID = "7c1d2a0e-0c7f-4b52-9f0e-55d3d6a0c002"


def test_an_acceptance_holds_for_its_job_until_the_link_ends(home: Home, job: Job) -> None:
    assert Acceptances(home, job.id).all() == frozenset()
    assert Acceptances(home, job.id).accept([ANN, BOB, ANN]) == {ANN, BOB}
    assert Acceptances(home, job.id).all() == {ANN, BOB}
    assert Acceptances(home, OTHER_ID).all() == frozenset()
    assert Acceptances(home, job.id).end(["aws-ann", "aws-zoe"]) == {BOB}
    assert Acceptances(home, job.id).all() == {BOB}


def test_one_account_may_have_both(home: Home, job: Job) -> None:
    both = {ANN, Acceptance("aws-ann", "inherited")}
    Acceptances(home, job.id).accept(both)
    assert Acceptances(home, job.id).all() == both
    assert Acceptances(home, job.id).end(["aws-ann"]) == frozenset()


@pytest.mark.parametrize("content", [b"{", b'[["aws-ann", "everything"]]', b'["aws-ann"]', b"null"])
def test_damaged_acceptances_are_asked_for_again(home: Home, job: Job, content: bytes) -> None:
    acceptances = Acceptances(home, job.id)
    acceptances.accept([ANN])
    (home.root / "acceptances" / f"{job.id}.accepted").write_bytes(content)
    assert acceptances.all() == frozenset()
    assert acceptances.accept([BOB]) == {BOB}


def test_reading_makes_no_file(home: Home, job: Job) -> None:
    Acceptances(home, job.id).all()
    Acceptances(home, job.id).end(["aws-ann"])
    assert not (home.root / "acceptances").exists()


def test_acceptances_go_with_their_job(home: Home, store: JobStore, job: Job) -> None:
    store.save(job)
    Acceptances(home, job.id).accept([ANN])
    Acceptances(home, OTHER_ID).accept([BOB])
    store.delete(job)
    assert Acceptances(home, job.id).all() == frozenset()
    assert Acceptances(home, OTHER_ID).all() == {BOB}


def test_acceptances_of_a_job_for_this_session_are_for_this_session(home: Home, store: JobStore, job: Job) -> None:
    home.keep_out(job.id)
    Acceptances(home, job.id).accept([ANN])
    assert not (home.root / "acceptances").exists()
    store.save(job)
    remove_session_folder()
    assert Acceptances(home, job.id).all() == {ANN}


def test_protected_names(home: Home) -> None:
    protected = ProtectedNames(home)
    assert protected.all() == ()
    assert protected.add([" breakglass@corp.example ", "AWS-Administrators"]) == (
        "AWS-Administrators",
        "breakglass@corp.example",
    )
    assert protected.add(["BREAKGLASS@corp.example", "aws-ADMINISTRATORS"]) == (
        "AWS-Administrators",
        "breakglass@corp.example",
    )
    assert protected.remove(["aws-administrators", "nobody"]) == ("nobody",)
    assert ProtectedNames(home).all() == ("breakglass@corp.example",)


def test_protected_names_are_compared_letter_by_letter(home: Home) -> None:
    protected = ProtectedNames(home)
    assert len(protected.add(["weiß", "Jo\u0308rg", "WEIß"])) == 2
    assert protected.remove(["weiss"]) == ("weiss",)
    assert protected.remove(["WEIß", "J\u00f6rg"]) == ()
    assert protected.all() == ()


def test_a_damaged_protected_list_counts_as_lost(home: Home, tmp_path: Path) -> None:
    ProtectedNames(home).add(["a"])
    (home.root / "protected.json").write_bytes(b"{")
    assert ProtectedNames(home).all() == ()
