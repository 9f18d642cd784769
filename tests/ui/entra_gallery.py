"""Draws step 3 with a tenant in each of its states: python -m tests.ui.entra_gallery [FOLDER] writes PNGs.

A sandbox with a tenant replaces Microsoft; this module answers its sign-in page as a browser would.
"""

from dataclasses import replace
from pathlib import Path

from tests.entra_process import answer_browser
from tests.ui.gallery import THEMES, draw, in_both_themes, options_parser
from tests.ui.walk import Walker
from wizard.provisioning.job import EntraChoice
from wizard.ui.pages.directory.page import DirectoryPage


def at_directory(walker: Walker) -> DirectoryPage:
    """From the sample company's trial to step 3 with Entra ID as the directory; AWS is the sandbox."""
    talk = walker.controller
    walker.press("source.entra")
    walker.go_on("aws")
    walker.until(lambda: bool(talk.session.found.connection and talk.session.found.connection.passed), "the test")
    walker.go_on("directory")
    page = talk.page
    assert isinstance(page, DirectoryPage)
    return page


def states(walker: Walker, folder: Path, theme: str) -> None:
    """Every state once, in the order a person meets them."""
    page = at_directory(walker)
    requests, found = page.entra.requests, walker.controller.session.found
    draw(walker, folder, "entra-1-empty", theme)
    walker.press("entraGuide")
    draw(walker, folder, "entra-2-guide", theme)
    walker.press("entraGuideClose")
    choice = EntraChoice(tenant="contoso.onmicrosoft.com", client_id="6f0c1b52-7f4e-4d8f-9b6a-0a7f0f4f5d11")
    page.entra.answered.emit(replace(choice, sign_in="certificate", certificate_file="/home/ada/wizard.pem"))
    draw(walker, folder, "entra-3-certificate", theme)
    opened: list[str] = []

    def keep(url: str) -> bool:
        opened.append(url)
        return True

    requests.open_page = keep
    page.entra.use_sandbox()
    walker.until(lambda: bool(opened), "Microsoft's page")
    draw(walker, folder, "entra-4-browser", theme)
    answer_browser(opened[-1])
    walker.until(lambda: found.snapshot is not None, "the tenant", 60)
    walker.settle(300)
    draw(walker, folder, "entra-5-read", theme)
    walker.press("entraAssignments")
    walker.type_in("principalSearch", "an")
    walker.settle(1200)
    draw(walker, folder, "entra-6-assignments", theme)
    page.entra.assignments.found.selectRow(0)
    walker.press("assign")
    walker.until(lambda: page.entra.requests.trouble.isVisible(), "the question")
    draw(walker, folder, "entra-7-more", theme)
    walker.press("assignmentsBack")
    page.entra.answered.emit(replace(page.entra.choice, sign_in="device-code"))
    page.entra.sign_in()
    walker.until(lambda: bool(page.entra.requests.waiting.code.text()), "the code")
    draw(walker, folder, "entra-8-code", theme)


if __name__ == "__main__":
    chosen = options_parser("entra_gallery", "Draw Directory with Entra ID as PNG files.").parse_args()
    in_both_themes(chosen.folder, states, "entra-*.png", False, chosen.language, chosen.themes or tuple(THEMES))
