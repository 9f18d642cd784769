"""Times of the log: of today without the day, of other days without the seconds."""

from datetime import UTC, datetime, timedelta

from wizard.ui.pages.shared.log_rows import clock_of, moment_of


def test_only_rows_of_another_day_show_the_day() -> None:
    now = datetime.now(UTC)
    today, earlier = now.isoformat(timespec="milliseconds"), (now - timedelta(days=3)).isoformat()
    assert clock_of(today).count(":") == 2
    local = (now - timedelta(days=3)).astimezone()
    assert str(local.day) in moment_of(earlier).replace(",", " ").split()
    assert moment_of(earlier).endswith(f"{local:%H:%M}")
    assert moment_of("no time") == "no time"
    assert moment_of("9999-12-31T23:59:59-14:00") == "9999-12-31T23:59:59-14:00"
