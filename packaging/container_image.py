"""Checks packaging/container/ without a container engine: the image's root is made, and the program runs in it, read-only.

The packages and variables are those of the Containerfile, and its own install.sh installs the program. What the engine
adds (layers, registries, user namespaces) is not tried. kubernetes.yaml is judged by the schema of Kubernetes.
"""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from system_parts import Stop, bring, say

HERE = Path(__file__).resolve().parent / "container"
ROOT = HERE.parent.parent
SCHEMAS = "kubernetes-validate==1.37.0"
_GLIBC = ("2_36", "2_34", "2_31", "2_28", "2_24", "2_17", "2_12", "2_5")
"""Of the wheels that Debian 12 can load."""

SAMPLE = "identity-center-wizard try --headless"
RECEIVER = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        open('/tmp/posted', 'w').write(self.path)
        self.send_response(200)
        self.end_headers()
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
open('/tmp/address', 'w').write(str(server.server_address[1]))
server.serve_forever()
"""
JOURNEY = f"""
set -eu
RECEIVER={shlex.quote(RECEIVER)}
"""
JOURNEY += """
mkfifo /tmp/greeting; sleep 600 | identity-center-wizard sandbox --until-eof >/tmp/greeting &
exec 3</tmp/greeting; read -r _ url <&3; read -r _ token <&3
printf 'id,userName,displayName,givenName,surname,mail\\n1,a@x.org,A B,A,B,a@x.org\\n' >/data/people.csv
umask 077; printf %s "$token" >/data/aws-token
export IDENTITY_CENTER_WIZARD_AWS_TOKEN_FILE=/data/aws-token
identity-center-wizard new Staff --users /data/people.csv --tenant-url "$url"
identity-center-wizard run Staff
identity-center-wizard plan Staff
printf %s "$RECEIVER" >/tmp/receiver.py
python3 /tmp/receiver.py &
i=0; until [ -s /tmp/address ] || [ $i = 100 ]; do sleep 0.1; i=$((i + 1)); done
printf 'http://127.0.0.1:%s/s3cr3t\n' "$(cat /tmp/address)" >/data/webhook
export IDENTITY_CENTER_WIZARD_ALERT_WEBHOOK_FILE=/data/webhook
identity-center-wizard alerts add webhook Staff
identity-center-wizard alerts test Staff
[ "$(cat /tmp/posted)" = /s3cr3t ] || exit 93
chmod 644 /data/aws-token
code=0; identity-center-wizard run Staff || code=$?
[ "$code" = 5 ] || exit 90
if touch /opt/x /usr/x /etc/x 2>/dev/null; then exit 91; fi
[ "$(id -u)" = 10001 ] || exit 92
"""
"""In the image: a job runs with its token in a file, an alert is sent to the address in a file, a file that others can
read is refused, the root cannot be written."""


def check(build: Path) -> None:
    """Make the root in `build`, run the sample and a job in it, judge the manifest; raises Stop."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Stop("The image is checked on Linux, as root: the check makes a root folder and enters it.")
    if lacking := bring({"debootstrap": ("debootstrap",)}, "The check of the image"):
        raise Stop(lacking)
    text = (HERE / "Containerfile").read_text("utf-8")
    root = build / "root"
    make_root(root, packages(text))
    install_program(root, build)
    for name, script in (("the sample", SAMPLE), ("a job with its token in a file", JOURNEY)):
        run_inside(root, script, variables(text), user(text))
        say(f"Ran in the image, read-only, without root: {name}.")
    judge_manifest(build, HERE / "kubernetes.yaml")


def packages(containerfile: str) -> list[str]:
    """The Debian packages that the Containerfile installs."""
    found = re.findall(r"apt-get install --yes --no-install-recommends ((?:[a-z0-9.+-]+ ?)+)", containerfile)
    return sorted({name for line in found for name in line.split()})


def variables(containerfile: str) -> dict[str, str]:
    """The variables of its last ENV."""
    lines = containerfile.replace("\\\n", " ").splitlines()
    (line,) = [line for line in lines if line.startswith("ENV ")]
    return dict(pair.split("=", 1) for pair in shlex.split(line)[1:])


def user(containerfile: str) -> str:
    """The numbers of user and group that it runs as."""
    (found,) = re.findall(r"^USER (\d+:\d+)$", containerfile, re.MULTILINE)
    return str(found)


def make_root(root: Path, wanted: list[str]) -> None:
    """Make a minimal Debian with these packages."""
    shutil.rmtree(root, ignore_errors=True)
    say("Making the image's root with debootstrap.")
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(wanted)}", "bookworm", str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"debootstrap failed: {' '.join(done.stdout.splitlines()[-3:])}")


def install_program(root: Path, build: Path) -> None:
    """Run install.sh in the root. The pinned packages are downloaded outside it, where pip is configured."""
    inside = root / "build"
    shutil.rmtree(inside, ignore_errors=True)
    inside.mkdir()
    for name in ("install.sh", "requirements.txt"):
        shutil.copy(HERE / name, inside)
    for name in ("resources", "wizard"):
        shutil.copytree(ROOT / name, inside / name, ignore=shutil.ignore_patterns("__pycache__"))
    asked = subprocess.run(
        ["chroot", str(root), "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    platforms = [f"--platform=manylinux_{number}_{platform.machine()}" for number in _GLIBC]
    download = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--require-hashes"),
        *("--only-binary=:all:", f"--python-version={asked.stdout.strip()}", *platforms),
        *("--dest", str(inside / "wheels"), "--requirement", str(HERE / "requirements.txt")),
    ]
    if subprocess.run(download).returncode:
        raise Stop("pip could not download the pinned packages.")
    offline = ["env", "PIP_NO_INDEX=1", "PIP_FIND_LINKS=/build/wheels"]
    if subprocess.run(["chroot", str(root), *offline, "sh", "/build/install.sh", "/build"]).returncode:
        raise Stop("packaging/container/install.sh failed.")
    shutil.rmtree(inside)


def run_inside(root: Path, script: str, environment: dict[str, str], owner: str) -> None:
    """Run a script in the root as this user; only /data and /tmp can be written, and only loopback is reached."""
    pairs = " ".join(shlex.quote(f"{name}={value}") for name, value in environment.items())
    place = shlex.quote(str(root))
    number, group = owner.split(":")
    around = f"""
    set -e
    ip link set lo up 2>/dev/null || true
    mkdir -p {place}/data; mount --bind {place} {place}; mount -o remount,bind,ro {place}
    mount -t tmpfs -o mode=0700,uid={number},gid={group} tmpfs {place}/data
    mount -t tmpfs -o mode=1777 tmpfs {place}/tmp; mount -t proc proc {place}/proc
    mount --bind /dev {place}/dev
    exec chroot --userspec={owner} {place} env -i HOME=/nonexistent {pairs} sh -c {shlex.quote(script)}
    """
    spaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    done = subprocess.run([*spaces, "sh", "-c", around], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Stop(
            f"The program failed in the image, code {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def judge_manifest(build: Path, manifest: Path) -> None:
    """Judge the manifest by the schema of Kubernetes, unknown fields included."""
    folder = build / "schemas"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--no-input", SCHEMAS], check=True)
    if subprocess.run([str(python), "-m", "kubernetes_validate", "--strict", str(manifest)]).returncode:
        raise Stop(f"{manifest.name} breaks the schema of Kubernetes.")
