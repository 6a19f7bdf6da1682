"""A day and a month worked out anew, with ever more bookings behind the practitioner, beside a bare SELECT."""

import os
import time
from collections.abc import Callable
from datetime import timedelta

import django
import psycopg

BEHIND = (0, 10_000, 100_000)
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))

# An hour each, one after the other, back from three months ago: the practice has a past of its own.
PAST = """
INSERT INTO booking_booking (
    public_id, reference, practitioner_id, service_id, status, span, occupied, held_at, service_name, amount,
    currency, mode, source, sequence
)
SELECT 'past-' || n, 'P' || n, %(who)s, %(what)s, 'completed', tstzrange(start, start + '50 minutes'),
    tstzrange(start, start + '1 hour'), start, 'Past', 0, 'INR', 'video', 'seed', 0
FROM generate_series(%(first)s::int, %(last)s::int - 1) n,
    LATERAL (SELECT %(now)s::timestamptz - '90 days'::interval - n * '1 hour'::interval AS start) hours
"""


def main() -> None:
    django.setup()
    from django.db import connection, transaction  # noqa: PLC0415 - after the settings

    from booking import queries  # noqa: PLC0415
    from common import clock  # noqa: PLC0415
    from practitioners.models import Service  # noqa: PLC0415

    service = Service.objects.select_related("practitioner").order_by("pk")[0]
    now = clock.now()
    ahead = (now + timedelta(days=35)).date()
    zone = service.practitioner.zone

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, slug, zone FROM practitioners_practitioner ORDER BY id LIMIT 1")
            cursor.fetchone()

    def day() -> None:
        queries.slots_of_day(service, ahead, zone=zone, now=now)

    def month() -> None:
        queries.open_days(service, ahead, zone=zone, now=now)

    print("\nWorked out anew, nothing kept, one after the other")
    print(f"{'bookings behind':20}{'bare SELECT':>12}{'day':>8}{'of bare':>9}{'month':>8}{'of bare':>9}")
    for so_far, behind in zip((0, *BEHIND), BEHIND, strict=False):
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            wish = {"who": service.practitioner_id, "what": service.pk, "first": so_far, "last": behind, "now": now}
            owner.execute(PAST, wish)
            owner.execute("VACUUM ANALYZE booking_booking")
        with transaction.atomic():  # where the slot cache keeps nothing
            floor, days, months = _rates(bare, day, month)
        print(f"{behind:<20,}{floor:12.0f}{days:8.0f}{days / floor:9.3f}{months:8.0f}{months / floor:9.3f}")


def _rates(*acts: Callable[[], None]) -> list[float]:
    """How often a second each can be done, taking turns: whatever else the machine does slows all of them alike."""
    done, spent = [0] * len(acts), [0.0] * len(acts)
    began = time.monotonic()
    while time.monotonic() < began + SECONDS:
        for number, act in enumerate(acts):
            turn = time.monotonic()
            act()
            spent[number] += time.monotonic() - turn
            done[number] += 1
    return [count / seconds for count, seconds in zip(done, spent, strict=True)]


if __name__ == "__main__":
    main()
