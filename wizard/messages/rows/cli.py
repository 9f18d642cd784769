"""Messages of `wizard.cli`."""

from wizard.messages.row import Rows

ROWS: Rows = {}
