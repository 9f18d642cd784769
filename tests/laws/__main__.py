"""The laws with more examples than the suite has: `python -m tests.laws --examples 2000 [--seed N]`."""

import argparse
import os
import secrets
import sys
from pathlib import Path

import pytest


def main() -> int:
    """Run the laws and print how often everything occurred; returns pytest's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.laws", description=__doc__)
    parser.add_argument("--examples", type=int, default=2000, help="examples of each law (2000)")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**32), help="to see the same examples again"
    )
    parser.add_argument("-k", default="", help="only laws whose name contains this")
    chosen = parser.parse_args()
    os.environ["LAWS_EXAMPLES"] = str(chosen.examples)
    print(f"{chosen.examples} examples of each law, seed {chosen.seed}")
    options = [
        "-q",
        "-s",
        "-p",
        "no:cacheprovider",
        f"--hypothesis-seed={chosen.seed}",
        str(Path(__file__).parent),
    ]
    return int(pytest.main([*options, *(["-k", chosen.k] if chosen.k else [])]))


if __name__ == "__main__":
    sys.exit(main())
