"""One wish in one small file."""

from pathlib import Path

import pytest

from wizard.storage.appearance import appearance, keep_appearance
from wizard.storage.paths import Home


def test_what_was_chosen_is_remembered(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert appearance(home) == "system"
    keep_appearance(home, "dark")
    assert appearance(home) == "dark"
    assert (home.root / "appearance.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"appearance": "neon"}', b"\xff\xfe"])
def test_a_file_nobody_can_read_is_as_the_system(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "appearance.json").write_bytes(content)
    assert appearance(Home(tmp_path)) == "system"
