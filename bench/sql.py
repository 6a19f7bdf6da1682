"""The floor of floors: rows inserted under the constraint that sells a time once, on eight connections."""

import threading
import time
from itertools import count

import psycopg

TABLE = """
CREATE TABLE bench_floor (
    practitioner_id bigint NOT NULL,
    occupied tstzrange NOT NULL,
    status text NOT NULL,
    EXCLUDE USING gist (int8range(practitioner_id, practitioner_id, '[]') WITH &&, occupied WITH &&)
        WHERE (status IN ('pending_payment', 'requested', 'confirmed', 'completed', 'no_show'))
)
"""
INSERT = """
INSERT INTO bench_floor VALUES (
    %(who)s, tstzrange(to_timestamp(%(at)s), to_timestamp(%(at)s + 1800)), 'pending_payment'
)
"""
PRACTITIONERS = 20
CONNECTIONS = 8


def inserts_per_second(url: str, *, seconds: float) -> float:
    """Commits a second; every insert takes another free half hour of one of twenty practitioners."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS bench_floor")
        owner.execute(TABLE)
    numbers, done, guard = count(), [0], threading.Lock()
    began = time.monotonic()

    def work() -> None:
        mine = 0
        with psycopg.connect(url, autocommit=True) as connection:
            while time.monotonic() < began + seconds:
                with guard:
                    number = next(numbers)
                connection.execute(INSERT, {"who": number % PRACTITIONERS, "at": number // PRACTITIONERS * 1800})
                mine += 1
        with guard:
            done[0] += mine

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = done[0] / (time.monotonic() - began)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP TABLE bench_floor")
    return rate
