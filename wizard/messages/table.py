"""All rows, put together from one module for each package that raises or returns them."""

from wizard.messages.row import Rows
from wizard.messages.rows import (
    alerts,
    aws,
    cli,
    flow,
    general,
    graph,
    http,
    journal,
    mapping,
    microsoft,
    provisioning,
    scim,
    sign_on,
    sources,
    storage,
    ui,
    unknowns,
)

TABLE: Rows = {
    **general.ROWS,
    **alerts.ROWS,
    **http.ROWS,
    **graph.ROWS,
    **sign_on.ROWS,
    **scim.ROWS,
    **sources.ROWS,
    **aws.ROWS,
    **mapping.ROWS,
    **provisioning.ROWS,
    **journal.ROWS,
    **storage.ROWS,
    **microsoft.ROWS,
    **flow.ROWS,
    **cli.ROWS,
    **ui.ROWS,
    **unknowns.ROWS,
}
