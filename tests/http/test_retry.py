"""Which requests are retried, and after how long."""

from datetime import UTC, datetime

import pytest

from wizard.http.retry import LONGEST_RETRY_AFTER, RetryPolicy, retry_after_seconds

POLICY = RetryPolicy(
    tries=3, connect_tries=2, throttled_tries=5, base_seconds=1.0, cap_seconds=4.0, silent_tries=2
)


@pytest.mark.parametrize(
    ("status", "repeatable", "failed", "decision"),
    [
        (200, True, 0, "accept"),
        (404, True, 0, "accept"),
        (409, False, 0, "accept"),
        (401, True, 0, "accept"),
        (501, True, 0, "accept"),
        (500, True, 0, "retry"),
        (503, True, 1, "retry"),
        (503, True, 2, "accept"),
        (500, False, 0, "lost"),
        (504, False, 2, "lost"),
        (429, False, 2, "throttled"),
        (429, True, 0, "throttled"),
    ],
)
def test_answers(status: int, repeatable: bool, failed: int, decision: str) -> None:
    assert POLICY.on_status(status, repeatable, failed, throttled=0) == decision


def test_even_429_ends_once() -> None:
    assert POLICY.on_status(429, repeatable=True, failed=0, throttled=4) == "accept"


@pytest.mark.parametrize(
    ("cause", "sent", "repeatable", "failed", "decision"),
    [
        ("refused", False, False, 0, "retry"),
        ("refused", False, False, 1, "accept"),
        ("dns", False, True, 0, "retry"),
        ("lost", True, True, 0, "retry"),
        ("lost", True, True, 2, "accept"),
        ("lost", True, False, 0, "lost"),
        ("timeout", True, False, 0, "lost"),
        ("timeout", False, False, 0, "retry"),
        ("timeout", True, True, 0, "retry"),
        ("timeout", True, True, 1, "accept"),
        ("tls", False, True, 0, "accept"),
        ("redirect", True, False, 0, "accept"),
        ("html", True, False, 0, "accept"),
        ("not-json", True, True, 0, "retry"),
        ("not-json", True, True, 2, "accept"),
        ("not-json", True, False, 0, "lost"),
        ("too-large", True, True, 0, "accept"),
        ("too-large", True, False, 0, "lost"),
        ("coding", True, True, 0, "accept"),
        ("coding", True, False, 0, "lost"),
    ],
)
def test_failures(cause: str, sent: bool, repeatable: bool, failed: int, decision: str) -> None:
    assert POLICY.on_failure(cause, sent, repeatable, failed) == decision


def test_waits_grow_with_full_jitter_up_to_the_cap() -> None:
    assert [POLICY.wait(n, lambda: 1.0) for n in (1, 2, 3, 4, 9)] == [1.0, 2.0, 4.0, 4.0, 4.0]
    assert POLICY.wait(3, lambda: 0.0) == 0.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("3", 3.0),
        (" 0.5 ", 0.5),
        ("soon", None),
        ("-1", None),
        ("Mon, 23 Nov 2026 12:00:10 GMT", 10.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:00:10 -0000", 10.0),  # without a zone
        ("Mon, 23 Nov 2026 13:00:10 +0100", 10.0),
        ("٣", None),
        ("9" * 400, LONGEST_RETRY_AFTER),
        ("nan", None),
        ("1e9", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 23 Nov 2026 99999999999:00:10 GMT", None),
        ("Mon, 23 Nov 2026 12:00:10 +99999999999999", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after_seconds(text, datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds


def test_how_long_a_request_is_still_tried_at_most() -> None:
    tries = POLICY.tries_after("refused", False)
    assert tries == 2
    assert POLICY.longest_left(1, tries, 0.0) == 1.0
    assert POLICY.longest_left(2, tries, 0.0) == 0.0
    assert POLICY.longest_left(1, 3, 10.0) == 1.0 + 2.0 + 20.0, "each try may be silent for ten seconds"
    assert RetryPolicy(tries=9).longest_left(7, 9, 0.0) == 20.0, "a wait has a limit"
