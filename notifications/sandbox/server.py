"""The web server of the sandbox's process: loopback only, quiet, a thread for each connection."""

import threading
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler, get_internal_wsgi_application

from payments.sandbox.faults import CONNECTION

HOST = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    """Lets the sandbox's provider hang up in the middle of a call. The request log is the application's own."""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ[CONNECTION] = self.connection
        return environ

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadedWSGIServer):
    """Serves the site's own application. Port 0 takes any free one; `server_port` tells which."""

    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self.set_app(get_internal_wsgi_application())
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="sandbox web")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
