"""Messages of `wizard.provisioning` whose text depends on their arguments."""

import pytest

from wizard import messages
from wizard.errors import Message, recorded

REFUSED = recorded("AWS does not accept the access token", "Replace it.")
COLON = Message(
    "several-violations", violations=(recorded("title holds a colon."), recorded("title is too long."))
)


def deletions(**numbers: object) -> Message:
    """A concern with these numbers, and 50 people and 4 groups linked."""
    empty = {"disabled": 0, "deleted": 0, "groups": 0, "people_linked": 50, "groups_linked": 4}
    return Message("too-many-deletions", **{**empty, "threshold_count": 5, "threshold_percent": 10, **numbers})


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (deletions(disabled=12), "12 people would lose access"),
        (deletions(disabled=1, deleted=2), "3 people would lose access"),
        (deletions(deleted=1), "1 person would be deleted"),
        (deletions(groups=3), "3 groups would be deleted"),
        (deletions(disabled=30, groups=1), "30 people would lose access and 1 group would be deleted"),
        (Message("too-many-removals", removed=6, memberships=10), "6 memberships would be removed"),
        (
            Message("foreign-objects", people=1, groups=0),
            "1 person in AWS is not managed by this job",
        ),
        (
            Message("foreign-objects", people=1, groups=2),
            "1 person and 2 groups in AWS are not managed by this job",
        ),
        (Message("made-anew", people=0, groups=1), "1 group will be created again"),
        (Message("lost-columns", columns=("a", "b", "c"), people=2), "The directory no longer has a, b, and c"),
        (Message("row-remarks", rows=1, examples=()), "1 row of the directory has a warning"),
        (Message("attributes-differ", count=1, attributes=("title",)), "1 attribute differs: title"),
        (
            Message("attributes-differ", count=2, attributes=("title", "locale")),
            "2 attributes differ: title, locale",
        ),
        (Message("enabled-again", attributes=()), "Enabled again"),
        (Message("enabled-again", attributes=("title",)), "Enabled again, title"),
        (Message("people-join", count=1), "1 person joins"),
        (Message("people-leave", count=31), "31 people leave"),
        (Message("not-in-aws-yet", members=3), "Not in AWS yet, with 3 people"),
        (Message("members-joined", count=1200), "1200 people joined"),
        (Message("manager-left-out", names=("Bo",), count=1), "Manager not set: Bo"),
        (
            Message("members-left-out", names=("Ada", "Bo", "Cy"), count=1005),
            "Members not added: Ada, Bo, Cy, and 1002 more",
        ),
        (
            Message("members-not-provisioned", names=("Ada",), count=1),
            "1 member is not provisioned (Ada).",
        ),
        (
            Message("manager-not-provisioned", manager="Bo", kept=False),
            "Bo is not provisioned, so no manager is set.",
        ),
        (Message("not-done-run-stopped", why=REFUSED), "Not done: AWS does not accept the access token"),
        (Message("most-failed", failed=31, total=40), "31 of 40 people and groups failed, 77%"),
    ],
)
def test_titles(message: Message, title: str) -> None:
    assert messages.title(message) == title


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        (deletions(disabled=12), "That is 24% of 50. Your limit is 5 or 10%, whichever is more."),
        (
            deletions(disabled=2, people_linked=4, names=("Ann", "Bob"), count=2),
            "Ann, Bob. That is 50% of 4. Half or more always needs your approval.",
        ),
        (
            deletions(disabled=10, deleted=2),
            "That is 24% of 50. Your limit is 5 or 10%, whichever is more. 2 of them would be deleted. "
            "Deleted people and groups lose their assignments. This cannot be undone.",
        ),
        (
            deletions(disabled=4, people_linked=40, groups=4, groups_linked=30),
            "That is 10% of 40. Your limit is 5 or 10%, whichever is more. Deleted people and groups "
            "lose their assignments. This cannot be undone.",
        ),
        (
            Message("accounts-adopted", people=2, groups=0, marked=1),
            "They were found by the matching attribute. This job manages them from now on. 1 person has "
            "a different external ID. Check that no other program provisions them.",
        ),
        (
            Message("deleted-later", people=3, days=1),
            "The safety settings delete them 1 day after they leave. Until then they are disabled and "
            "can be restored.",
        ),
        (
            Message(
                "values-adapted",
                people=5,
                groups=0,
                examples=(
                    (
                        "Ann",
                        (recorded("a: b."), recorded("c.")),
                    ),
                ),
            ),
            "Ann: a: b. c. 4 more.",
        ),
        (
            Message("row-remarks", rows=2, examples=((7, "", recorded("Odd.")), (9, "mail", recorded("Blank.")))),
            "Line 7, the whole row: Odd. Line 9, mail: Blank.",
        ),
        (
            Message("filtered-out", clauses=("city IS NULL", "a EQUALS b")),
            "city IS NULL and a EQUALS b are not met (EntrySynchronizationSkipped).",
        ),
        (
            Message("filtered-out", clauses=("city IS NULL",)),
            "city IS NULL is not met (EntrySynchronizationSkipped).",
        ),
        (
            Message("run-stopped", why=REFUSED, partly=True),
            "Replace it. Completed changes are kept. The next run continues with the rest.",
        ),
        (Message("run-stopped", why=REFUSED, partly=False), "Replace it."),
        (
            Message("aws-not-readable", why=REFUSED),
            "AWS does not accept the access token. Replace it. Nothing was changed.",
        ),
    ],
)
def test_advice(message: Message, advice: str) -> None:
    assert messages.advice(message) == advice


@pytest.mark.parametrize(
    ("rule", "attribute", "line", "title", "advice"),
    [
        ("duplicate-value", "emails", 0, "Email is not unique", "Why. What to do."),
        ("too-long", "name.familyName", 0, "Last name is too long", "Why. What to do."),
        ("too-long", "title", 0, "Job title is too long", "Why. What to do."),
        ("row-problem", "e.mail", 7, "The row cannot be read", "Line 7: Why. What to do."),
        ("a-new-rule", "userName", 0, "User name is rejected by AWS", "Why. What to do."),
    ],
)
def test_rejection_texts(rule: str, attribute: str, line: int, title: str, advice: str) -> None:
    why = recorded("Why", "What to do.")
    rejected = Message("object-rejected", rule=rule, attribute=attribute, line=line, why=why)
    assert (messages.title(rejected), messages.advice(rejected)) == (title, advice)


def test_several_violations_are_one_text() -> None:
    assert messages.text(COLON) == "title holds a colon. title is too long."


def test_a_duplicate_names_the_others() -> None:
    message = Message("duplicate-value", attribute="userName", value="a@x", others=("Ada", "Bo", "Cy"), count=5)
    assert messages.text(message) == (
        "Ada, Bo, Cy, and 2 more would have the same user name (a@x), which must be unique in AWS. "
        "Change it for one of them, or remove one of them from the scope."
    )


@pytest.mark.parametrize("in_doubt", [False, True])
def test_a_refusal_has_the_status_in_its_title(in_doubt: bool) -> None:
    message = Message("not-written", why=recorded("Taken", "Find it."), status=409, in_doubt=in_doubt)
    later = " It may have reached AWS. The next run checks this first." if in_doubt else ""
    assert (messages.title(message), messages.advice(message)) == ("Taken (409)", f"Find it.{later}")
    assert (
        messages.title(Message("not-written", why=recorded("No access"), status=0, in_doubt=False)) == "No access"
    )


def test_a_source_whose_rows_all_have_errors_is_not_called_empty() -> None:
    empty, unusable = (Message("empty-source", people_linked=50, unusable=count) for count in (0, 24))
    assert messages.title(empty) != messages.title(unusable)
    assert "24" in messages.advice(unusable)


def test_open_concerns_are_named_with_what_accepts_them() -> None:
    one, two = deletions(disabled=12), Message("empty-source", people_linked=50)
    single = Message("concerns-not-accepted", concerns=(one,), codes=("too-many-deletions",))
    assert messages.title(single) == messages.title(one)
    assert "--accept" not in messages.advice(single)
    with messages.for_commands():
        assert messages.advice(single).endswith("--accept too-many-deletions.")
    both = Message("concerns-not-accepted", concerns=(one, two), codes=("too-many-deletions", "empty-source"))
    assert messages.title(both) == "2 warnings need your approval"
    assert messages.advice(both).startswith(f"{messages.title(one)} (too-many-deletions). ")
    with messages.for_commands():
        assert messages.advice(both).endswith("--accept too-many-deletions --accept empty-source.")


@pytest.mark.parametrize(
    ("message", "label"),
    [
        (deletions(disabled=12), "Approve all 12"),
        (deletions(deleted=1), "Approve"),
        (deletions(disabled=2, groups=1), "Approve all 3"),
    ],
)
def test_labels_that_accept(message: Message, label: str) -> None:
    assert messages.accept(message) == label


def test_a_concern_names_the_first_few_and_what_came_before() -> None:
    advice = messages.advice(deletions(disabled=5, earlier=6, names=("Ann", "Bob", "Cy"), count=5))
    assert "Ann, Bob, Cy, and 2 more" in advice
    assert "6 more lost access in the last 24 hours" in advice
    group = {"group": "Admins", "group_removed": 6, "group_members": 8, "names": ("Admins", "Staff"), "count": 2}
    advice = messages.advice(Message("too-many-removals", removed=7, memberships=90, earlier=0, **group))
    assert "Admins" in advice
    assert "24 hours" not in advice


def test_moments_are_of_this_computers_clock() -> None:
    message = Message("refused-repeatedly", times=3, next_attempt="2026-11-23T15:04:05+00:00")
    assert messages.title(message).startswith("Rejected by AWS 3 times. Next attempt after 2026-11-2")
