"""Messages of `wizard.sources`."""

from wizard.messages.row import Rows

ROWS: Rows = {}
