"""The product's processes on this machine: how each is started and how to tell that it answers."""

import http.client
import socket
import sys
from contextlib import suppress
from pathlib import Path

from config.embedded.environment import HOST

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


def web_command(*, port: int, workers: int, threads: int) -> list[str]:
    options = {
        "interface": "wsgi",
        "host": HOST,
        "port": port,
        "workers": workers,
        "blocking-threads": threads,
        "workers-kill-timeout": 5,
        "respawn-interval": 0.5,
        "log-level": "error",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "config.serve", *words, "--respawn-failed-workers", "config.wsgi:application"]


def worker_command(*, processes: int) -> list[str]:
    return _celery("worker", "--concurrency", str(processes), "--without-gossip", "--without-mingle")


def beat_command() -> list[str]:
    return _celery("beat", "--pidfile", "")


def sandbox_command(*, port: int, smtp_port: int) -> list[str]:
    return manage("sandbox", "--port", str(port), "--smtp-port", str(smtp_port))


def healthy(port: int) -> bool:
    """Whether the web process on this port answers its health check."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _celery(*words: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "config", *words, "--loglevel", "INFO"]
