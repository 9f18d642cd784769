"""The sandbox as a program: python -m wizard.sandbox."""

import sys

from wizard.sandbox import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
