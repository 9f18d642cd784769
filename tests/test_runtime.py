"""Interpreter settings."""

import subprocess
import sys

_PROGRAM = """
import sys
from importlib.util import find_spec
from wizard import runtime

installed = find_spec("sniffio") is not None
runtime.skip_unused_imports()
import wizard.http.client
assert sys.modules["httpx._main"] is None
assert installed or sys.modules["sniffio"] is None
"""


def test_the_http_client_can_be_imported_without_the_imports_it_does_not_need() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
