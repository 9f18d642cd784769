"""The Debian package's own texts; a whole package is built and installed by installed_package.py."""

import gzip
import importlib
import shutil
import subprocess
import sys

import debian_package
import linux_tree
import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="a package of Debian is built on Linux")


@linux
@pytest.mark.parametrize("library", ["usr/lib", "usr/lib64"])
def test_a_tree_has_every_file_where_the_system_looks_for_it(tmp_path, library):
    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / linux_tree.NAME).write_bytes(b"#!/bin/sh\n")
    tree = tmp_path / "tree"
    linux_tree.place_program(bundle, tree, library)
    linux_tree.place_icons(tree)
    started = tree / library / linux_tree.NAME / linux_tree.NAME
    linux_tree.modes(tree, {started})
    program = tree / "usr/bin/identity-center-wizard"
    assert program.resolve() == started
    assert program.stat().st_mode & 0o777 == 0o755
    assert (
        tree / "usr/share/icons/hicolor/scalable/apps/identity-center-wizard.svg"
    ).stat().st_mode & 0o777 == 0o644


def test_two_builds_compress_alike(tmp_path):
    linux_tree.zipped(tmp_path / "a.gz", "text")
    linux_tree.zipped(tmp_path / "b.gz", "text")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"text"


def test_the_day_of_the_last_change_is_in_utc():
    assert linux_tree.day_of(1_795_823_999) == "2026-11-27"
    assert linux_tree.day_of(1_795_824_000) == "2026-11-28"


@linux
def test_a_library_of_the_bundle_is_not_asked_of_the_system(tmp_path):
    for name in ("_struct", "_datetime"):
        module = importlib.import_module(name)
        if not getattr(module, "__file__", None):
            pytest.skip("this Python has its modules inside")
        shutil.copy(module.__file__, tmp_path)
    asked = linux_tree.asked_of_the_system(tmp_path)
    assert asked
    one = sorted(asked)[0]
    (tmp_path / one).write_text("here")
    assert linux_tree.asked_of_the_system(tmp_path) == asked - {one}


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
    script = linux_tree.HERE / "deb" / "postrm"
    done = subprocess.run(["sh", str(script), why], capture_output=True, text=True, check=True)
    assert ("~/.local/share/identity-center-wizard" in done.stdout) is speaks
