"""The Debian package's own texts; a whole package is built and installed by installed_package.py."""

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import debian_package
import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="a package of Debian is built on Linux")


@linux
def test_a_tree_has_every_file_where_the_system_looks_for_it(tmp_path):
    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / debian_package.NAME).write_bytes(b"#!/bin/sh\n")
    (bundle / "_internal" / "LICENSE").write_text("x")
    tree = tmp_path / "tree"
    debian_package.place_program(bundle, tree)
    debian_package.place_icons(tree)
    debian_package.modes(tree)
    program = tree / "usr/bin/identity-center-wizard"
    assert program.resolve() == tree / "usr/lib/identity-center-wizard/identity-center-wizard"
    assert program.stat().st_mode & 0o777 == 0o755
    assert (
        tree / "usr/share/icons/hicolor/scalable/apps/identity-center-wizard.svg"
    ).stat().st_mode & 0o777 == 0o644
    assert not (tree / "usr/lib/identity-center-wizard/_internal/LICENSE").exists()


def test_two_builds_compress_alike(tmp_path):
    debian_package.zipped(tmp_path / "a.gz", "text")
    debian_package.zipped(tmp_path / "b.gz", "text")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"text"


def test_copyright_names_every_part(tmp_path):
    parts = tmp_path / "parts.json"
    parts.write_text('[{"name": "lark", "version": "1.3", "licence": "MIT", "page": ""}]')
    text = debian_package.copyright_text(parts)
    assert "   lark 1.3: MIT\n" in text
    assert "License: LGPL-3\n" in text


@linux
@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")
@pytest.mark.parametrize(("why", "speaks"), [("remove", True), ("purge", True), ("upgrade", False)])
def test_removal_names_what_stays(why, speaks):
    script = Path(debian_package.HERE) / "deb" / "postrm"
    done = subprocess.run(["sh", str(script), why], capture_output=True, text=True, check=True)
    assert ("~/.local/share/identity-center-wizard" in done.stdout) is speaks
