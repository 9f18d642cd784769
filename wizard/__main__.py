"""python -m wizard."""

import sys


def main() -> int:
    """Run the program with the arguments of the process."""
    from wizard.app import main as program

    return program(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
