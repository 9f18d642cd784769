"""HTTP as we use it; and what its library brings along that we do without."""

import sys
from importlib.util import find_spec


def _leave_out(module: str) -> None:
    """Whoever imports it is told at once that it is not there; one that is in use already stays."""
    sys.modules.setdefault(module, None)  # type: ignore[arg-type]


# The library brings a program of its own for the terminal, and imports with it what draws colours there, if that is
# installed: a third of a second before each run, for nothing.
_leave_out("httpx._main")

# It asks which loop it runs on at each of its locks, by importing a package that need not be there: then all of the
# path is searched, six times for each request, a tenth of what a request costs us.
if find_spec("sniffio") is None:
    _leave_out("sniffio")
