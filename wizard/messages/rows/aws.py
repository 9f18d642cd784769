"""Messages of `wizard.aws`."""

from wizard.messages.row import Rows

ROWS: Rows = {}
