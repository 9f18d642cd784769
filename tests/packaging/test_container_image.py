"""The parts of the container image, as far as they can be judged without making it: `packaging/build.py container` does."""

import re
import subprocess
from pathlib import Path

import container_image
import pytest

from tests.packaging.test_build import blocks

HERE = Path(container_image.HERE)
CONTAINERFILE = (HERE / "Containerfile").read_text("utf-8")


def test_the_image_pins_what_the_tests_pin_without_the_window() -> None:
    tested, pinned = blocks("requirements.txt"), blocks("container/requirements.txt")
    assert {name: tested[name] for name in pinned} == pinned
    assert {"httpx", "keyring", "msal"} <= set(pinned)
    assert not {"pyside6-essentials", "shiboken6", "pytest"} & set(pinned)
    text = (HERE / "requirements.txt").read_text("utf-8")
    assert re.findall(r"^.*(?:://|--index|--find-links|--trusted|file:| @ ).*$", text, re.MULTILINE) == []


def test_the_image_runs_without_root_and_holds_no_secret() -> None:
    number, group = container_image.user(CONTAINERFILE).split(":")
    assert int(number) > 999
    assert int(group) > 999
    assert "python3" in container_image.packages(CONTAINERFILE)
    home = container_image.variables(CONTAINERFILE)["IDENTITY_CENTER_WIZARD_HOME"]
    (volume,) = re.findall(r"^VOLUME (.+)$", CONTAINERFILE, re.MULTILINE)
    assert home.startswith(f"{volume}/")  # a volume's own folder belongs to root
    assert not re.search(r"AWS_TOKEN|SECRET", CONTAINERFILE)


def test_copied_paths_exist() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    assert [name for line in copied for name in line.split() if not (HERE.parents[1] / name).exists()] == []


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="a shell script")
def test_the_script_is_a_script() -> None:
    assert subprocess.run(["sh", "-n", str(HERE / "install.sh")]).returncode == 0
    assert subprocess.run(["sh", "-n", "-c", container_image.JOURNEY]).returncode == 0


def test_the_manifest_gives_no_more_rights_than_needed() -> None:
    """Own checks, beside those of the schema that `build.py container` makes."""
    text = (HERE / "kubernetes.yaml").read_text("utf-8")
    for line in (
        "runAsNonRoot: true",
        "readOnlyRootFilesystem: true",
        "allowPrivilegeEscalation: false",
        "drop: [ALL]",
        "concurrencyPolicy: Forbid",
        "defaultMode: 0440",
        "automountServiceAccountToken: false",
        f"runAsUser: {container_image.user(CONTAINERFILE).split(':')[0]}",
    ):
        assert f" {line}\n" in text
    assert "\t" not in text
