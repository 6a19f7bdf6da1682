"""`make bench`: slots, months and bookings a second, as ratios to a bare view and to bare inserts of the same run."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.load import Outcome, Request, fire
from bench.sql import inserts_per_second
from config.embedded.engines import engines
from config.embedded.environment import HOST, free_port, practice_settings
from config.embedded.processes import Child, Family
from config.embedded.programs import ROOT, healthy, listens, manage, web_command

SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
PRACTITIONERS, BOOKINGS = 20, 2000
WORKERS, THREADS = 2, 8


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="samay-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "programs").mkdir()
        with engines(folder / "engines", durable=True) as addresses, Family(folder / "programs") as family:
            port = free_port()
            ours = practice_settings(folder, port=port, ports={"sandbox": 9, "smtp": 9})
            # Every visitor comes from this machine, so none is counted.
            env = {**os.environ, **ours, **addresses, "RATE_LIMITS": "off"}
            seeded = _seed(env)
            web = Child(
                "web", web_command(port=port, workers=WORKERS, threads=THREADS), folder / "web.log", env, cwd=ROOT
            )
            family.start(web)
            family.wait_for(web, ready=lambda: healthy(port))
            bare_port = free_port()
            bare = Child("bare", _bare_command(bare_port), folder / "bare.log", env, cwd=ROOT)
            family.start(bare)
            family.wait_for(bare, ready=lambda: listens(bare_port))
            _measure(f"http://{HOST}:{port}", f"http://{HOST}:{bare_port}", addresses["DATABASE_OWNER_URL"], seeded)
            subprocess.run([sys.executable, "-m", "bench.history"], env=env, cwd=ROOT, check=True)


def _seed(env: Mapping[str, str]) -> list[str]:
    """Twenty practitioners with 2,000 future bookings between them; answers their slugs."""
    subprocess.run(manage("migrate", "--no-input", "--verbosity", "0"), env=env, cwd=ROOT, check=True)
    wish = ["--practitioners", str(PRACTITIONERS), "--patients", "200", "--bookings", str(BOOKINGS), "--json"]
    made = subprocess.run(manage("seed", *wish), env=env, cwd=ROOT, check=True, capture_output=True)
    return [person["slug"] for person in json.loads(made.stdout)["practitioners"]]


def _bare_command(port: int) -> list[str]:
    return [
        word.replace("config.wsgi:", "bench.bare:") for word in web_command(port=port, workers=WORKERS, threads=THREADS)
    ]


def _measure(product: str, bare: str, database: str, people: list[str]) -> None:
    inserts = inserts_per_second(database, seconds=SECONDS)
    view = fire(bare, [Request("/")], seconds=SECONDS).rate(200)
    today = datetime.now(UTC).date()
    days = [str(today + timedelta(days=n)) for n in range(3, 31)]
    months = sorted({day[:7] for day in days})
    slots = [Request(_api(who, "slots", date=day)) for day in days for who in people]
    dates = [Request(_api(who, "dates", month=month)) for month in months for who in people]
    wishes = _wishes(product, people, days)
    booked = fire(product, wishes, seconds=SECONDS, once=True)
    rows = [
        ("slots of a day", fire(product, slots, seconds=SECONDS).rate(200)),
        ("days of a month", fire(product, dates, seconds=SECONDS).rate(200)),
        ("bookings held", booked.rate(201)),
    ]
    _print(rows, view=view, inserts=inserts, booked=booked)


def _api(who: str, what: str, **query: str) -> str:
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return f"/api/v1/practitioners/{who}/{what}?service=30-min&{words}"


def _wishes(url: str, people: list[str], days: list[str]) -> list[Request]:
    """One request for every half hour that is open, practitioners taking turns."""
    wishes = []
    for day in days:
        for who in people:
            with urllib.request.urlopen(url + _api(who, "slots", date=day)) as answer:  # noqa: S310 - loopback
                slots = json.load(answer)["slots"]
            starts = [slot["start"] for slot in slots if slot["state"] == "available"]
            wishes += [_wish(who, start) for start in starts if start[14:16] in {"00", "30"}]
    wishes.sort(key=lambda wish: wish.body[-60:])
    return wishes


def _wish(who: str, start: str) -> Request:
    person = {"name": "PATIENT_TEST", "email": "patient@example.org", "phone": "+919812300456"}
    return Request("/api/v1/bookings", json.dumps({"service": "30-min", **person, "start": start, "practitioner": who}))


def _print(rows: list[tuple[str, float]], *, view: float, inserts: float, booked: Outcome) -> None:
    print(
        f"{os.cpu_count()} cores, {WORKERS} web processes, 8 connections, {SECONDS:g} s each; "
        f"{PRACTITIONERS} practitioners, {BOOKINGS} future bookings\n"
    )
    print(f"{'':20}{'per second':>12}{'of bare view':>14}{'of bare inserts':>17}")
    print(f"{'bare INSERT':20}{inserts:12.0f}{'':14}{1:17.2f}")
    print(f"{'bare Django view':20}{view:12.0f}{1:14.2f}")
    for name, rate in rows:
        print(f"{name:20}{rate:12.0f}{rate / view:14.3f}{rate / inserts:17.3f}")
    others = {status: count for status, count in booked.statuses.items() if status != 201}
    print(f"\nEvery wish for a booking: {booked.statuses[201]} held, others {others or 'none'}", flush=True)


if __name__ == "__main__":
    main()
