"""Runs first in the frozen program on Linux: what it starts finds the system's libraries, not ours.

The start program points the loader's path at the bundle. A browser or a file manager that we open would inherit
that and load our libraries. Nothing of ours needs it any more: the loader read it when this process began, and a
sandbox process sets its own.
"""

import os

_before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if _before:
    os.environ["LD_LIBRARY_PATH"] = _before
