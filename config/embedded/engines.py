"""PostgreSQL and Valkey on unix sockets in a folder, and the addresses under which programs find them."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded.postgres import APP, OWNER, Postgres, let_through
from config.embedded.processes import Family
from config.embedded.valkey import Valkey

_LONGEST_SOCKET_FOLDER = 85  # bytes; the system's limit is 104 or 108 with the socket's own name
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # what every client's address syntax takes unquoted


@contextmanager
def engines(folder: Path, *, durable: bool = False) -> Iterator[dict[str, str]]:
    """Run both engines while the block runs. Yields DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL.

    Raises DidNotStart with a sentence for a person.
    """
    with prepared(folder), Family(folder / "run") as family:
        yield start_engines(family, folder, durable=durable)


@contextmanager
def prepared(folder: Path) -> Iterator[None]:
    """Make the folder, ours alone; afterwards remove what had to lie elsewhere. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("run", "logs"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    try:
        yield
    finally:
        _forget_sockets(folder)


def start_engines(
    family: Family, folder: Path, *, durable: bool, database: bool = True, broker: bool = True
) -> dict[str, str]:
    """Start the wanted engines in `family` and wait for them. Returns their addresses."""
    sockets = _short_folder(folder)
    found: dict[str, str] = {}
    valkey = postgres = None
    if broker:
        valkey = Valkey(sockets or folder / "run", log=folder / "logs" / "valkey.log")
        family.start(valkey.child)
        found["REDIS_URL"] = valkey.url
    if database:
        log = folder / "logs" / "postgres.log"
        postgres = Postgres(folder / "postgres", sockets=sockets, log=log, durable=durable)
        postgres.prepare()
        family.start(postgres.child)
        family.wait_for(postgres.child, ready=postgres.ready)
        postgres.make_roles()
        found |= {"DATABASE_URL": postgres.url(APP), "DATABASE_OWNER_URL": postgres.url(OWNER)}
    if valkey:
        family.wait_for(valkey.child, ready=valkey.ready)
    return found


def _forget_sockets(folder: Path) -> None:
    """Remove the short folder for sockets, if one was made."""
    note = folder / "run" / "sockets"
    if note.exists():
        with suppress(OSError):
            short = Path(note.read_text())
            for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock", "valkey.sock"):
                (short / name).unlink(missing_ok=True)
            short.rmdir()
        note.unlink()


def _short_folder(folder: Path) -> Path | None:
    """A private folder elsewhere if the sockets' names would be too long or too odd; remembered for the next start."""
    inside = str(folder / "postgres")
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER and _PLAIN.fullmatch(inside):
        return None
    _forget_sockets(folder)
    short = Path(tempfile.mkdtemp(prefix="samay-"))
    (folder / "run" / "sockets").write_text(str(short))
    if os.geteuid() == 0:
        let_through(short)
    return short
