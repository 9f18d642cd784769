"""Messages of `wizard.graph`."""

from wizard.messages.row import Rows

ROWS: Rows = {}
