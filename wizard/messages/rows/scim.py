"""Messages of `wizard.scim`."""

from wizard.messages.row import Rows

ROWS: Rows = {}
