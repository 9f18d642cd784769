"""The AppImage's start program is the pinned one or none, and the folder is whole behind it."""

import hashlib
import platform
import re
import shutil
import subprocess

import app_image
import pytest
from system_parts import Stop


def test_every_pin_is_a_whole_hash():
    assert app_image.RUNTIME
    assert all(re.fullmatch(r"[0-9a-f]{64}", pin) for pin in app_image.RUNTIME.values())


def test_only_the_pinned_start_program_of_this_kind_of_machine_is_accepted(tmp_path):
    runtime = tmp_path / "runtime"
    with pytest.raises(Stop, match="There is no file"):
        app_image.checked(runtime)
    runtime.write_bytes(b"start")
    with pytest.raises(Stop, match="not the start program that was pinned"):
        app_image.checked(runtime)
    pin = hashlib.sha256(b"start").hexdigest()
    assert app_image.checked(runtime, {platform.machine(): pin}) == platform.machine()
    with pytest.raises(Stop, match="not the start program that was pinned"):
        app_image.checked(runtime, {"another": pin})


@pytest.mark.parametrize(
    ("library", "brought"),
    [("libxcb-cursor", True), ("libxkbcommon-x11", True), ("libxcb", False), ("libGL", False), ("libssl", False)],
)
def test_what_every_desktop_has_is_not_brought(library, brought):
    assert bool(app_image.BROUGHT.fullmatch(library)) is brought


@pytest.mark.skipif(shutil.which("mksquashfs") is None, reason="squashfs-tools are not here")
def test_the_whole_folder_follows_the_start_program_and_builds_are_identical(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795824000")
    tree, runtime = tmp_path / "x.AppDir", tmp_path / "runtime"
    tree.mkdir()
    (tree / "AppRun").write_text("#!/bin/sh\n")
    (tree / "AppRun").chmod(0o755)
    runtime.write_bytes(b"start program")
    made, again = tmp_path / "a.AppImage", tmp_path / "b.AppImage"
    app_image.pack(tree, runtime, made)
    app_image.pack(tree, runtime, again)
    assert made.read_bytes() == again.read_bytes()
    assert made.read_bytes().startswith(b"start program")
    assert made.stat().st_mode & 0o777 == 0o755
    unpacked = tmp_path / "unpacked"
    command = [
        "unsquashfs",
        "-quiet",
        "-no-progress",
        "-o",
        str(runtime.stat().st_size),
        "-d",
        str(unpacked),
        str(made),
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert (unpacked / "AppRun").read_text() == "#!/bin/sh\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".squashfs") == []
