"""The rpm's own texts; a whole package is built and installed by installed_rpm.py."""

import re
import tomllib
from pathlib import Path

import rpm_package

PACKAGING = Path(rpm_package.__file__).parent
PARTS = [
    {"name": "cryptography", "version": "50", "licence": "Apache-2.0 OR BSD-3-Clause", "page": ""},
    {"name": "jaraco.context", "version": "6", "licence": "MIT License", "page": ""},
    {"name": "regex", "version": "1", "licence": "Apache-2.0 AND CNRI-Python", "page": ""},
    {"name": "Inter", "version": "", "licence": "OFL-1.1", "page": ""},
]


def test_one_licence_expression_names_each_licence_once_and_leaves_choices():
    assert (
        rpm_package.licence(PARTS)
        == "(Apache-2.0 OR BSD-3-Clause) AND Apache-2.0 AND CNRI-Python AND MIT AND OFL-1.1"
    )


def test_the_list_of_parts_names_each_with_its_licence():
    lines = rpm_package.parts_text(PARTS).splitlines()
    assert "jaraco.context 6: MIT License" in lines
    assert "Inter: OFL-1.1" in lines


def test_rpmlint_may_say_what_it_likes_about_search_paths():
    told = tomllib.loads((PACKAGING / "rpm/rpmlint.toml").read_text("utf-8"))["Filters"]
    line = (
        "identity-center-wizard.x86_64: E: binary-or-shlib-defines-rpath /usr/lib64/x.so (RUNPATH: /home/ada/lib)"
    )
    assert told
    assert not [one for one in told if re.search(one, line)]


def test_the_spec_packs_every_place_that_the_tree_has():
    """rpmbuild ends where a file is in no list; this tells it without rpmbuild."""
    spec = (PACKAGING / "rpm/identity-center-wizard.spec").read_text("utf-8")
    tree = (PACKAGING / "linux_tree.py").read_text("utf-8")
    for folder in (
        "applications",
        "metainfo",
        "man/man1",
        "bash-completion/completions",
        "fish/vendor_completions.d",
    ):
        assert f'share / f"{folder}/' in tree
        assert f"/usr/share/{folder}/%{{name}}" in spec
