"""The address of IAM Identity Center in the AWS console."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from wizard.aws.endpoint import Endpoint

CONSOLE_URL = "https://console.aws.amazon.com/singlesignon/home"


def console_url(place: object = None) -> str:
    """Return the address in the region of an endpoint."""
    if isinstance(place, Endpoint) and place.region:
        if place.region.startswith("cn-"):
            return f"https://{place.region}.console.amazonaws.cn/singlesignon/home?region={place.region}"
        return f"https://{place.region}.console.aws.amazon.com/singlesignon/home?region={place.region}"
    return CONSOLE_URL


def open_console(place: object = None, page: str = "") -> None:
    """Open the AWS console in the browser, at a page of it such as "#!/instances/settings"."""
    QDesktopServices.openUrl(QUrl(console_url(place) + page))
