"""The address on this computer to which a browser returns after a sign-in."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

_DONE = (
    b"<!doctype html><html lang=en><title>Identity Center Wizard</title><body style='font-family:sans-serif'>"
    b"<p>You can close this page and go on in Identity Center Wizard.</p></body></html>"
)
_LARGEST_FORM_BYTES = 100_000


class Loopback:
    """Listens on loopback for one answer of a browser, from `with` on."""

    def __init__(self) -> None:
        self._answer: dict[str, str] = {}
        self._server = HTTPServer(("127.0.0.1", 0), self._listener())
        self._server.timeout = 0.2

    @property
    def redirect_uri(self) -> str:
        """What the sign-in is told to return to; Microsoft takes any port where http://localhost is registered."""
        return f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> "Loopback":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def answer(self, seconds: float, stopped: Callable[[], bool]) -> dict[str, str]:
        """What the browser brought; {} where it did not come in time, or the waiting was stopped."""
        end = time.monotonic() + seconds
        while not self._answer and time.monotonic() < end and not stopped():
            self._server.handle_request()
        return self._answer

    def _listener(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Listener(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                # The answer comes as a form: an address would stay in the browser's history.
                self._say(404 if not keep(dict(parse_qsl(urlsplit(self.path).query)), ("error",)) else 200)

            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_FORM_BYTES)
                form = dict(parse_qsl(self.rfile.read(length).decode("utf-8", "replace")))
                self._say(200 if keep(form, ("code", "error")) else 400)

            def _say(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(_DONE if status == 200 else b"")

            def log_message(self, *_: object) -> None:
                """Nothing: the address may hold a code."""

        return Listener

    def _keep(self, told: dict[str, str], wanted: tuple[str, ...]) -> bool:
        """Keep an answer that says something; anything else a browser asks for is not for us."""
        if not any(name in told for name in wanted):
            return False
        self._answer = told
        return True


NEVER_STOPPED: Callable[[], bool] = threading.Event().is_set
"""For a sign-in that nobody can cancel."""
