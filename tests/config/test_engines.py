"""The embedded engines: real servers in a folder, found by their addresses, ended with their owner."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.embedded.engines import engines
from config.embedded.postgres import QUIET
from config.embedded.processes import lives
from config.embedded.programs import ROOT
from tests.waiting import eventually

_HOLDER = """
import sys, time
from pathlib import Path
from config.embedded.engines import engines
with engines(Path(sys.argv[1])) as env:
    print(env["DATABASE_URL"], flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines")


@pytest.fixture(scope="module")
def addresses(folder: Path) -> Iterator[dict[str, str]]:
    with engines(folder) as found:
        yield found


def test_the_application_works_and_the_owner_makes_tables(addresses: dict[str, str]) -> None:
    with psycopg.connect(addresses["DATABASE_URL"]) as application:
        assert application.execute("SELECT current_user").fetchone() == ("samay_app",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("CREATE TABLE mine ()")
    with psycopg.connect(addresses["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE ours ()")
        assert owner.execute("SELECT current_user").fetchone() == ("samay_owner",)


def test_the_broker_keeps_what_it_is_given_rather_than_evicting_it(addresses: dict[str, str]) -> None:
    with redis.Redis.from_url(addresses["REDIS_URL"]) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_neither_listens_on_the_network(addresses: dict[str, str]) -> None:
    with psycopg.connect(addresses["DATABASE_URL"]) as application:
        assert application.execute("SHOW listen_addresses").fetchone() == ("",)
    with redis.Redis.from_url(addresses["REDIS_URL"]) as client:
        assert client.config_get("port") == {"port": "0"}


def test_a_failed_statement_leaves_none_of_its_words_in_the_log(addresses: dict[str, str], folder: Path) -> None:
    with psycopg.connect(addresses["DATABASE_URL"], autocommit=True) as application:
        for statement in (
            "SELECT canary_name",
            "SELECT 'canary-value'::int",
            "SELECT 1 / (length('canary-text') - 11)",
        ):
            with pytest.raises(psycopg.Error):
                application.execute(statement)
        with pytest.raises(psycopg.Error):
            application.execute("SELECT %s::int", ["canary-parameter"])
        for name, value in QUIET.items():
            assert application.execute("SELECT setting FROM pg_settings WHERE name = %s", [name]).fetchone() == (value,)

    log = (folder / "logs" / "postgres.log").read_text()

    assert "ready to accept connections" in log
    assert "canary" not in log


def test_only_its_user_may_enter_the_data(addresses: dict[str, str], folder: Path) -> None:
    for inside in (folder / "postgres", folder / "postgres" / "data", folder / "run", folder / "logs"):
        assert inside.stat().st_mode & 0o077 == 0, inside


def test_a_long_and_odd_folder_is_no_obstacle_and_data_stay(tmp_path: Path) -> None:
    odd = tmp_path / "a practice's data, mine" / ("long" * 25)
    with engines(odd) as first, psycopg.connect(first["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept (n int)")

    with engines(odd) as second, psycopg.connect(second["DATABASE_OWNER_URL"]) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        sockets = Path(second["REDIS_URL"].removeprefix("unix://").removesuffix("?db=0")).parent
        assert sockets.stat().st_mode & 0o077 == 0

    assert not sockets.exists()


def test_engines_end_when_their_owner_is_killed_and_start_again(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
    assert holder.stdout is not None
    holder.stdout.readline()
    ours = psutil.Process(holder.pid).children(recursive=True)

    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()

    assert eventually(lambda: not any(lives(process) for process in ours))
    with engines(tmp_path) as found, psycopg.connect(found["DATABASE_URL"]) as application:
        assert application.execute("SELECT 1").fetchone() == (1,)
