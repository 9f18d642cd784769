"""A browser for the verbs: python -m tests.journeys.entra_browser URL signs in on the sandbox's page and accepts."""

import sys

from tests.entra_process import answer_browser

if __name__ == "__main__":
    answer_browser(sys.argv[1]).join()
