"""Messages of `wizard.flow`."""

from wizard.messages.row import Rows

ROWS: Rows = {}
