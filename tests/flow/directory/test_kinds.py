"""The kinds of directories that are offered."""

from wizard.flow.directory.kinds import SOURCES


def test_the_cards() -> None:
    assert [(kind.id, kind.icon) for kind in SOURCES] == [
        ("entra", "cloud"),
        ("file", "table"),
        ("sample", "bolt"),
    ]
