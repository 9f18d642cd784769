"""Job files are written, found, renamed and deleted; those that cannot be used are named and left unchanged."""

import codecs
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard import messages
from wizard.errors import JobFileError, JobLocked, Message
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind, Mappings
from wizard.provisioning.job import POLICY_RANGES, Job, Policy, Scope, SourceChoice
from wizard.storage.jobs import VERSION, BrokenJob, JobStore, SavedJob, decoded, encoded
from wizard.storage.journal import Journal
from wizard.storage.paths import Home

OTHER_ID = "7c1d2a0e-0c7f-4b52-9f0e-55d3d6a0c002"


def names(store: JobStore) -> list[str]:
    return [one.job.name for one in store.all() if isinstance(one, SavedJob)]


def test_a_saved_job_is_loaded_unchanged(store: JobStore, home: Home, job: Job) -> None:
    saved = store.save(job)
    assert saved == SavedJob(home.jobs / f"{job.id}.json", job)
    assert JobStore(home).load(saved.path) == job
    assert JobStore(home).all() == (saved,)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
mappings = st.builds(
    AttributeMapping,
    texts,
    st.sampled_from(MappingKind),
    texts,
    default=texts,
    matching_priority=st.integers(0, 9),
)


@given(
    name=texts.filter(
        lambda text: text.strip() == text != "" and not text.lower().endswith(".json") and "\0" not in text
    ),
    rows=st.lists(mappings, max_size=4).map(tuple),
    columns=st.lists(st.tuples(texts, texts), max_size=4).map(tuple),
    chosen=st.lists(texts, max_size=4).map(tuple),
)
def test_any_job_survives_encoding_and_decoding(name: str, rows: Any, columns: Any, chosen: Any) -> None:
    source = SourceChoice("file", columns=columns)
    job = Job(OTHER_ID, name, Mappings(rows, rows), source, Scope(everyone=False, user_ids=chosen))
    assert decoded(Path("job.json"), encoded(job)) == job


def test_the_file_is_private_and_says_its_version(store: JobStore, job: Job) -> None:
    path = store.save(job).path
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["version"] == VERSION
    assert (document["id"], document["name"]) == (job.id, "Staff")
    assert "Ingénieur" in path.read_text(encoding="utf-8")


def test_source_paths_are_made_absolute(store: JobStore, job: Job) -> None:
    saved = store.save(replace(job, source=SourceChoice("file", "people.csv", "~/members.csv")))
    assert saved.job.source.users_file == str(Path.cwd() / "people.csv")
    assert saved.job.source.members_file == str(Path.home() / "members.csv")
    assert store.load(saved.path) == saved.job


@pytest.mark.parametrize("name", ["Staff", "staff", "STAFF", "  staff "])
def test_a_job_is_found_by_its_name_in_any_case(store: JobStore, job: Job, name: str) -> None:
    store.save(job)
    assert store.find(name) == job


def test_an_unknown_name_is_an_error_with_the_known_names(store: JobStore, home: Home, job: Job) -> None:
    store.save(job)
    (home.jobs / "odd.json").write_text("{")
    with pytest.raises(JobFileError, match=r"^no-job-of-name ") as caught:
        store.find("Stuff")
    args = caught.value.message.args
    assert (args["name"], args["names"]) == ("Stuff", ("Staff",))
    assert [part.code for part in caught.value.message.parts()] == ["job-file-not-json"]
    assert "odd.json" in messages.advice(caught.value)


def test_a_job_at_a_chosen_path_stays_there(store: JobStore, home: Home, job: Job, tmp_path: Path) -> None:
    place = tmp_path / "mine.json"
    assert store.save(job, place).path == place
    again = JobStore(home)
    found = again.find(str(place))
    assert again.rename(found, "Others").path == place
    assert again.find(str(place)).name == "Others"
    assert list(home.jobs.iterdir()) == []


def test_a_renamed_job_file_keeps_its_name(store: JobStore, home: Home, job: Job) -> None:
    renamed = home.jobs / "staff of the house.json"
    store.save(job).path.rename(renamed)
    again = JobStore(home)
    assert again.save(replace(job, name="Others")).path == renamed
    assert list(home.jobs.iterdir()) == [renamed]


def test_no_two_jobs_have_one_name(store: JobStore, job: Job) -> None:
    store.save(job)
    with pytest.raises(JobFileError, match=r"^job-name-taken "):
        store.save(replace(job, id=OTHER_ID, name="sTAFF"))


@pytest.mark.parametrize("name", ["", "   ", "staff.json"])
def test_a_name_that_find_would_not_match_is_refused(store: JobStore, home: Home, job: Job, name: str) -> None:
    with pytest.raises(JobFileError):
        store.save(replace(job, name=name))
    assert list(home.jobs.iterdir()) == []


def test_two_jobs_of_one_name_are_an_error_with_their_paths(store: JobStore, home: Home, job: Job) -> None:
    first = store.save(job).path
    document = json.loads(first.read_bytes())
    second = home.jobs / "second.json"
    second.write_text(json.dumps({**document, "id": OTHER_ID}))
    with pytest.raises(JobFileError, match=r"^several-jobs-of-name ") as caught:
        store.find("staff")
    assert sorted(caught.value.message.args["paths"]) == sorted((str(first), str(second)))  # type: ignore[arg-type]


def test_a_duplicate_has_its_own_id_and_name(store: JobStore, job: Job) -> None:
    store.save(job)
    copy = store.duplicate(job).job
    third = store.duplicate(copy).job
    assert copy == replace(job, id=copy.id, name="Staff 2")
    assert third.name == "Staff 3"
    assert len({job.id, copy.id, third.id}) == 3
    assert names(store) == ["Staff", "Staff 2", "Staff 3"]


def test_a_free_name_stays_as_it_is(store: JobStore, job: Job) -> None:
    store.save(job)
    assert store.free_name("Others 7") == "Others 7"
    assert store.free_name("STAFF") == "STAFF 2"


def test_a_deleted_job_leaves_nothing(store: JobStore, home: Home, job: Job) -> None:
    store.save(job)
    kept = store.duplicate(job)
    for one in (job, kept.job):
        Journal.open(home, one.id, "https://one/scim/v2").close()
    (home.journals / f"{job.id}.damaged-20260101-000000.sqlite").touch()
    store.delete(job)
    assert store.all() == (kept,)
    assert {path.name for path in home.journals.iterdir()} == {
        f"{kept.job.id}.lock",
        f"{kept.job.id}.sqlite",
    }


def test_a_locked_job_is_not_deleted(store: JobStore, home: Home, job: Job) -> None:
    saved = store.save(job)
    with Journal.open(home, job.id, "https://one/scim/v2"), pytest.raises(JobLocked):
        store.delete(job)
    assert store.all() == (saved,)
    assert (home.journals / f"{job.id}.sqlite").exists()


def broken(document: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**document, **changes}).encode()


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"version": VERSION + 1}, "job-file-later-version", f"format {VERSION + 1};"),
        ({"version": "1"}, "job-file-no-version", "$.version"),
        ({"version": True}, "job-file-no-version", "$.version"),
        ({"version": 0}, "job-file-no-version", "$.version"),
        ({"id": "../../etc/passwd"}, "job-file-id-not-uuid", "$.id"),
        ({"id": 7}, "job-file-wrong-value", "$.id"),
        ({"name": " "}, "job-file-without-name", "$.name"),
        ({"color": "red"}, "job-file-unknown-field", "$.color"),
        ({"policy": {"leavers": "shoot"}}, "job-file-wrong-value", "$.policy.leavers"),
        ({"policy": {"threshold": 5}}, "job-file-unknown-field", "$.policy.threshold"),
        ({"source": {"entra": {"cloud": "atlantis"}}}, "job-file-wrong-value", "$.source.entra.cloud"),
        ({"scope": {"everyone": "yes"}}, "job-file-wrong-value", "$.scope.everyone"),
        (
            {"mappings": {"users": [{"target": "a", "odd": 1}], "groups": []}},
            "job-file-unknown-field",
            "$.mappings.users[0].odd",
        ),
        (
            {"mappings": {"users": [{"target": 1}], "groups": []}},
            "job-file-wrong-value",
            "$.mappings.users[0].target",
        ),
        ({"mappings": {"users": []}}, "job-file-wrong-value", "$.mappings"),
        ({"source": {"users_file": "/made/up\0.csv"}}, "job-file-breaks-rule", "$.source.users_file"),
        ({"source": {"entra": {"certificate_file": "a\0.pem"}}}, "job-file-breaks-rule", "certificate_file"),
        ({"target": {"tenant_url": "https://a\0b/scim/v2"}}, "job-file-breaks-rule", "$.target.tenant_url"),
        ({"name": "a\0b"}, "job-file-breaks-rule", "$.name"),
        ({"source": {"entra": {"application_id": "../users/a"}}}, "job-file-breaks-rule", "application_id"),
        ({"source": {"entra": {"application_id": "a?b="}}}, "job-file-breaks-rule", "application_id"),
        ({"policy": {"results_kept_days": -10}}, "job-file-breaks-rule", "$.policy.results_kept_days"),
        ({"policy": {"results_kept_days": 0}}, "job-file-breaks-rule", "$.policy.results_kept_days"),
        ({"policy": {"results_kept_days": 10**15}}, "job-file-breaks-rule", "$.policy.results_kept_days"),
        ({"policy": {"threshold_count": 10**30}}, "job-file-breaks-rule", "$.policy.threshold_count"),
        ({"policy": {"threshold_percent": 101}}, "job-file-breaks-rule", "$.policy.threshold_percent"),
        ({"policy": {"delete_after_days": -1}}, "job-file-breaks-rule", "$.policy.delete_after_days"),
        ({"policy": {"match_existing": 1}}, "job-file-wrong-value", "$.policy.match_existing"),
        ({"policy": {"notification_address": "no"}}, "job-file-breaks-rule", "$.policy.notification_address"),
    ],
)
def test_a_file_with_unknown_content_is_named_and_unchanged(
    store: JobStore, home: Home, job: Job, change: dict[str, Any], code: str, place: str
) -> None:
    path = store.save(job).path
    content = broken(json.loads(path.read_bytes()), **change)
    path.write_bytes(content)
    with pytest.raises(JobFileError) as caught:
        JobStore(home).load(path)
    assert caught.value.message.code == code
    assert caught.value.message.args["path"] == str(path)
    assert place in messages.advice(caught.value)
    (one,) = JobStore(home).all()
    assert isinstance(one, BrokenJob)
    assert one.message == caught.value.message
    with pytest.raises(JobFileError):  # not even a save of the same job may destroy it
        JobStore(home).save(job, path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 1, "id": "\xff"}'])
def test_a_file_that_is_no_job_is_named_and_unchanged(store: JobStore, home: Home, content: bytes) -> None:
    path = home.jobs / "odd.json"
    path.write_bytes(content)
    with pytest.raises(JobFileError, match=r"odd\.json"):
        store.load(path)
    assert [type(one) for one in store.all()] == [BrokenJob]
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[" * 100_000, "job-file-too-deep"),
        (b'{"version": 2, "name": ' + b"[" * 100_000, "job-file-too-deep"),
        (b'{"version": ' + b"9" * 5_000 + b"}", "job-file-not-json"),
    ],
)
def test_a_file_that_the_parser_does_not_survive_is_named_and_hides_no_other(
    store: JobStore, home: Home, job: Job, content: bytes, code: str
) -> None:
    saved = store.save(job)
    path = home.jobs / "00000000-0000-4000-8000-000000000000.json"
    path.write_bytes(content)
    other = JobStore(home)
    assert other.path_of(job.id) == saved.path
    assert other.find("staff") == job
    assert [each.message.code for each in other.all() if isinstance(each, BrokenJob)] == [code]
    other.save(replace(job, id=OTHER_ID, name="Second"))
    assert path.read_bytes() == content


def test_a_file_above_the_limit_is_not_read(store: JobStore, home: Home) -> None:
    with open(home.jobs / "large.json", "wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert [each.message.code for each in store.all() if isinstance(each, BrokenJob)] == ["job-file-too-large"]


@pytest.mark.skipif(os.name == "nt", reason="no pipes in folders")
def test_a_pipe_among_the_jobs_is_not_opened(store: JobStore, home: Home, job: Job) -> None:
    saved = store.save(job)
    os.mkfifo(home.jobs / "0.json")
    (home.jobs / "1.json").mkdir()
    assert [each.message.code for each in store.all() if isinstance(each, BrokenJob)] == [
        "job-file-not-a-file"
    ] * 2
    assert JobStore(home).path_of(job.id) == saved.path


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_byte_order_mark_is_read_over(store: JobStore, job: Job, mark: bytes, encoding: str) -> None:
    path = store.save(job).path
    path.write_bytes(mark + path.read_text(encoding="utf-8").encode(encoding))
    again = JobStore(Home(path.parent.parent))
    assert again.path_of(job.id) == path
    assert again.load(path) == job
    again.save(job)
    assert path.read_bytes().startswith(b"{")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"policy": Policy(results_kept_days=0)}, "setting-out-of-range"),
        ({"policy": Policy(threshold_count=1_000_001)}, "setting-out-of-range"),
        ({"policy": Policy(notification_address="nobody")}, "notification-address-malformed"),
        ({"source": SourceChoice("file", "/a\0.csv")}, "zero-character"),
        ({"source": SourceChoice("file", "/a\udcff.csv")}, "half-character"),
        ({"scope": Scope(user_ids=("\ud800",))}, "half-character"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(
    store: JobStore, home: Home, job: Job, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(JobFileError) as caught:
        store.save(replace(job, **change))
    assert caught.value.message.code == "job-breaks-rule"
    assert [part.code for part in caught.value.message.parts()] == [code]
    assert list(home.jobs.glob("*")) == []


@pytest.mark.parametrize("name", list(POLICY_RANGES))
def test_the_ends_of_each_range_are_settings(store: JobStore, job: Job, name: str) -> None:
    for value in POLICY_RANGES[name]:
        saved = store.save(replace(job, policy=Policy(**{name: value})))
        assert JobStore(Home(saved.path.parent.parent)).load(saved.path) == saved.job


def test_a_job_that_matches_accounts_automatically_is_another_than_the_one_that_was_seen(
    store: JobStore, job: Job
) -> None:
    store.save(job)
    automatic = replace(job, policy=replace(job.policy, match_existing=True))
    assert store.knows(job)
    assert not store.knows(automatic), "a changed file is shown before it takes anything over"
    saved = store.save(automatic)
    assert store.load(saved.path) == automatic
    assert store.knows(automatic)


def test_a_broken_file_hides_no_other(store: JobStore, home: Home, job: Job) -> None:
    saved = store.save(job)
    (home.jobs / "a.json").write_bytes(b"{")
    assert [type(one) for one in store.all()] == [SavedJob, BrokenJob]
    assert store.find("staff") == saved.job


def test_a_copy_with_the_same_id_is_named(store: JobStore, home: Home, job: Job) -> None:
    path = store.save(job).path
    (home.jobs / "copy.json").write_bytes(path.read_bytes())
    saved, copy = store.all()
    assert isinstance(saved, SavedJob)
    assert isinstance(copy, BrokenJob)
    assert copy.message == Message("job-file-same-id", other=saved.path.name)


def test_the_file_of_another_job_is_not_overwritten(store: JobStore, job: Job, tmp_path: Path) -> None:
    place = tmp_path / "mine.json"
    store.save(job, place)
    content = place.read_bytes()
    with pytest.raises(JobFileError, match=r"^job-file-of-another-job "):
        store.save(replace(job, id=OTHER_ID), place)
    assert place.read_bytes() == content


def test_an_id_that_is_no_uuid_names_no_file(store: JobStore, home: Home, job: Job) -> None:
    with pytest.raises(JobFileError, match=r"^job-id-not-uuid "):
        store.save(replace(job, id="../outside"))
    assert not (home.root / "outside.json").exists()


@pytest.mark.parametrize("path", ["/nowhere/none.json", "~nobody-of-this-name/none.json", "NONE.JSON"])
def test_a_path_without_a_file_is_an_error(store: JobStore, path: str) -> None:
    with pytest.raises(JobFileError, match=r"^job-file-missing "):
        store.find(path)
