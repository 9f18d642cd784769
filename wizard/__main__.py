"""python -m wizard."""

import sys

_INTERRUPTED = 130
"""`ExitCode.INTERRUPTED`, whose module may not be imported yet."""


def main() -> int:
    """Run the program with the arguments of the process."""
    try:
        from wizard.app import main as program
        from wizard.runtime import exit_without_waiting

        code = program(sys.argv[1:])
        exit_without_waiting(code, grace_seconds=0.5)
    except KeyboardInterrupt:  # while modules are imported, or when all is done
        return _INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(main())
