"""Mutated inputs of every kind for some minutes: `python -m tests.fuzz --minutes 60 [--seed N]`.

One input again: `python -m tests.fuzz --seed N --only KIND --number M`
"""

import argparse
import faulthandler
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.kinds import KINDS
from tests.fuzz.running import run

LONGEST_ROUND = 600
"""Seconds without an end of a round until the stacks are printed and the program ends: a built-in function hangs."""


def main() -> int:
    """Run, and print counts by kind; returns 1 if an input failed."""
    names = [kind.name for kind in KINDS]
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="to see the same inputs again")
    parser.add_argument("--only", action="append", choices=names, default=[], help="only this kind")
    parser.add_argument("--number", type=int, help="only the input of this number")
    default = Path(tempfile.gettempdir(), "wizard-fuzz")
    parser.add_argument("--keep", type=Path, default=default, help=f"folder for inputs that fail ({default})")
    chosen = parser.parse_args()
    kinds = tuple(kind for kind in KINDS if not chosen.only or kind.name in chosen.only)
    numbers = None if chosen.number is None else range(chosen.number, chosen.number + 1)
    print(f"seed {chosen.seed}, {chosen.minutes:g} minutes", flush=True)
    ends_at = time.monotonic() + 60 * chosen.minutes

    def go_on(_number: int) -> bool:
        faulthandler.dump_traceback_later(LONGEST_ROUND, exit=True)
        return time.monotonic() < ends_at

    census = run(chosen.seed, go_on, chosen.keep, kinds, numbers)
    faulthandler.cancel_dump_traceback_later()
    print("\n".join(census.lines()))
    return 1 if census.failures else 0


if __name__ == "__main__":
    sys.exit(main())
