"""Installs the Debian package here, walks it from its menu entry to a finished run, purges it, compares the disk.

    python3 tests/packaging/installed_package.py dist/*.deb [PICTURES]

On demand, and in CI: it needs root, apt, and the packages of NEEDED. It prints sizes, times and what was read.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "identity-center-wizard"
NEEDED = ("xvfb", "at-spi2-core", "python3-pyatspi", "dbus", "dbus-x11", "imagemagick", "libglib2.0-bin")
_ROOTS = ("/usr", "/etc", "/opt", "/var/lib", "/bin", "/lib")
_OF_APT = ("/var/lib/apt/", "/var/lib/dpkg/", "/usr/share/mime/", "/var/lib/systemd/")
"""What apt and others write for themselves at any installation."""
_SESSION = """
export QT_LINUX_ACCESSIBILITY_ALWAYS_ON=1
/usr/libexec/at-spi-bus-launcher --launch-immediately & launcher=$!
sleep 0.5
/usr/bin/python3 "$1" "$2"; code=$?
kill $launcher
exit $code
"""


def files() -> set[str]:
    """Every path where a package may leave something."""
    found = subprocess.run(["find", *_ROOTS, "-xdev"], capture_output=True, text=True).stdout.splitlines()
    return {path for path in found if not path.startswith(_OF_APT) and "__pycache__" not in path}


def apt(*arguments: str) -> None:
    """apt-get, asking nothing; ends the check where it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        ["apt-get", "-qq", "-y", "-o", "DPkg::Lock::Timeout=120", *arguments],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )


def headless(home: Path) -> dict[str, object]:
    """The sample job by the installed verb."""
    begun = time.monotonic()
    done = subprocess.run(
        [NAME, "try", "--headless"],
        env={**os.environ, "IDENTITY_CENTER_WIZARD_HOME": str(home)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return {"code": done.returncode, "seconds": round(time.monotonic() - begun, 1)}


def tenant(home: Path) -> dict[str, object]:
    """A job of a tenant by the installed verbs, against the installed sandbox: signed in to, read, provisioned."""
    sandbox = subprocess.Popen(
        [NAME, "sandbox", "--entra", "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        told = dict(sandbox.stdout.readline().rstrip().split(": ", 1) for _ in range(6))  # type: ignore[union-attr]
        around = {
            **os.environ,
            "IDENTITY_CENTER_WIZARD_HOME": str(home),
            "IDENTITY_CENTER_WIZARD_AWS_TOKEN": told["token"],
            "IDENTITY_CENTER_WIZARD_ENTRA_SECRET": told["client-secret"],
        }
        job = home.parent / "tenant.json"
        made = ("new", str(job), "--entra", told["authority"].rpartition("/")[2], "--client-id", told["client-id"])
        codes = []
        for verb in ((*made, "--everybody", "--tenant-url", told["tenant-url"]), ("run", str(job), "--json")):
            done = subprocess.run([NAME, *verb], env=around, capture_output=True, text=True, timeout=120)
            codes.append(done.returncode)
            if verb[0] == "new" and not done.returncode:  # no option names a tenant on this computer
                written = json.loads(job.read_text())
                here = {"cloud": "sandbox", "authority": told["authority"], "graph_url": told["graph-url"]}
                written["source"]["entra"] |= here
                job.write_text(json.dumps(written))
        last = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {"told": done.stderr[-400:]}
    finally:
        sandbox.communicate(timeout=20)
    return {"codes": codes, "created": last.get("users", {}).get("created"), **({} if "users" in last else last)}


def window(home: Path, pictures: Path) -> dict[str, object]:
    """The window on a screen and a session bus of its own, driven from outside."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x860x24", "-nolisten", "tcp"],
        pass_fds=(writing,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as told, tempfile.TemporaryDirectory() as runtime:
        around = {
            **os.environ,
            "DISPLAY": f":{told.readline().strip()}",
            "XDG_RUNTIME_DIR": runtime,
            "IDENTITY_CENTER_WIZARD_HOME": str(home),
        }
        command = ["bash", "-c", _SESSION, "session", str(HERE / "drive_window.py"), str(pictures)]
        with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open as long as anything it started
            try:
                done = subprocess.run(
                    ["dbus-run-session", "--", *command], env=around, timeout=240,
                    stdout=output, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            finally:
                screen.terminate()
                screen.wait()
            output.seek(0)
            lines = [line for line in output.read().splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise SystemExit(f"the window was not walked to its end (code {done.returncode})")
    seen: dict[str, object] = json.loads(lines[-1])
    return seen


def main(package: Path, pictures: Path) -> int:
    """The whole check; 0 when nothing stayed behind."""
    before = files()
    apt("install", "--no-install-recommends", str(package.resolve()))
    brought = subprocess.run(["dpkg-query", "-W", "-f=${Installed-Size}", NAME], capture_output=True, text=True)
    print(f"package {package.stat().st_size / 1e6:.1f} MB, installed {int(brought.stdout) / 1024:.0f} MB")
    with tempfile.TemporaryDirectory() as home:
        tried = headless(Path(home) / "headless")
        print(f"try --headless: {tried}")
        provisioned = tenant(Path(home) / "tenant")
        print(f"a tenant by the verbs: {provisioned}")
        seen = window(Path(home) / "window", pictures)
        print(json.dumps(seen, indent=1))
    apt("purge", NAME)
    left = sorted(files() - before)
    print("left behind: " + (", ".join(left) or "nothing"))
    pages = list(seen["pages"])  # type: ignore[call-overload]
    walked = pages[0] == "planPage" and pages[-1] == "monitorPage" and seen["progress"][0] == seen["progress"][1]  # type: ignore[index]
    # 1: AWS would refuse some people of the sample
    by_verbs = tried["code"] == 0 and provisioned["codes"] == [0, 1] and bool(provisioned["created"])
    return 0 if by_verbs and walked and not left else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())))
