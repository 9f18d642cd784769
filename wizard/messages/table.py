"""All rows, put together from one module for each package that raises or returns them."""

from wizard.messages.row import Rows
from wizard.messages.rows import cli, flow, general, ui

TABLE: Rows = {**general.ROWS, **flow.ROWS, **cli.ROWS, **ui.ROWS}
