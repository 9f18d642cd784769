"""python -m wizard."""

import sys


def main() -> int:
    """Run the program with the arguments of the process."""
    from wizard.app import main as program
    from wizard.runtime import exit_without_waiting

    code = program(sys.argv[1:])
    exit_without_waiting(code, grace_seconds=0.5)
    return code


if __name__ == "__main__":
    sys.exit(main())
