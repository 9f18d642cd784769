"""Draws Single sign-on in its states: python -m tests.ui.sign_on_gallery [FOLDER] writes PNGs."""

import tempfile
from dataclasses import replace
from pathlib import Path

from tests.aws.test_saml_metadata import aws_file
from tests.entra_process import answer_browser
from tests.ui.entra_gallery import at_directory
from tests.ui.gallery import THEMES, draw, in_both_themes, options_parser
from tests.ui.pages.sign_on.test_page import add_attribute
from tests.ui.walk import Walker
from wizard.ui.pages.sign_on.page import SignOnPage

PORTAL = "https://d-99672f7aa0.awsapps.com/start"


def states(walker: Walker, folder: Path, theme: str) -> None:
    """Empty, to be written, a warning, allowed, written."""
    directory, talk = at_directory(walker), walker.controller
    found = talk.session.found
    opened: list[str] = []
    directory.entra.requests.open_page = lambda url: opened.append(url) is None
    directory.entra.use_sandbox()
    walker.until(lambda: bool(opened), "Microsoft's page")
    answer_browser(opened[-1])
    walker.until(lambda: found.snapshot is not None, "the tenant", 60)
    walker.go_on("sign-on")
    page = talk.page
    assert isinstance(page, SignOnPage)
    page.requests.open_page = lambda url: bool(answer_browser(url))
    draw(walker, folder, "sign-on-1-empty", theme)
    with tempfile.TemporaryDirectory() as files:
        for name, content in (
            ("sign-on-2-warning", aws_file(acs=("https://sign-in.example.net/acs",))),
            ("sign-on-3-values", aws_file()),
        ):
            path = Path(files, "aws.xml")
            path.write_bytes(content)
            found.sign_on = None
            page.drop.dropped.emit(str(path))
            walker.until(lambda: found.sign_on is not None, "the comparison", 30)
            draw(walker, folder, name, theme)
    add_attribute(page, 0, "Department", "department")
    add_attribute(page, 1, "CostCenter", "")
    walker.press("next")
    draw(walker, folder, "sign-on-6-attribute-at-fault", theme)
    add_attribute(page, 1, "CostCenter", "extensionAttribute1")
    walker.until(lambda: page.requests.trouble.isVisible(), "the question")
    draw(walker, folder, "sign-on-7-claims-permission", theme)
    walker.press("allowMore")
    walker.until(lambda: found.sign_on is not None and bool(page.warnings.boxes), "the claims", 60)
    draw(walker, folder, "sign-on-8-attributes", theme)
    page.warnings.boxes["portal-claims-overridden"].click()
    page.values.url.setText(PORTAL)
    page.values.reminders.setText("cloud-team@tidewater.example")
    page._take_fields()
    walker.until(lambda: found.sign_on is not None and len(found.sign_on.changes) == 7, "the fields")
    page.warnings.boxes["portal-claims-overridden"].click()
    walker.press("next")
    walker.until(lambda: found.sign_on is not None and not found.sign_on.changes, "the writing", 60)
    talk.session.draft = replace(talk.session.draft)
    draw(walker, folder, "sign-on-5-written", theme)
    page.unknowns.more.click()
    walker.settle(100)
    page.ensure_visible(page.unknowns)
    draw(walker, folder, "sign-on-9-unknowns", theme)


if __name__ == "__main__":
    chosen = options_parser("sign_on_gallery", "Draw the states of Single sign-on as PNG files.").parse_args()
    in_both_themes(chosen.folder, states, "sign-on-*.png", False, chosen.language, chosen.themes or tuple(THEMES))
