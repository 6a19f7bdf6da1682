"""Fill practice mode with an invented practice, or with any amount of sample data."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from booking import sample_past, samples
from booking.models import Booking
from common import clock
from common.models import User
from practitioners.models import DeskAccess, Practitioner

ADMIN = "admin@example.org"
OWNER = "dr-sarah-khan"
FRONT_DESK = "frontdesk@example.org"
PASSWORD = "practice makes perfect"  # noqa: S105 - opens a practice installation, where nothing is at stake
FEW = 24


class Command(BaseCommand):
    help = "Practice mode only. Without numbers: the invented practice with a few bookings and three logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--practitioners", type=int, default=0, help="how many more practitioners to make")
        parser.add_argument("--patients", type=int, default=0, help="how many patients to make")
        parser.add_argument("--bookings", type=int, default=0, help="how many future bookings to make")
        parser.add_argument("--json", action="store_true", help="print the ids of what was made")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PRACTICE_MODE:
            raise CommandError("seed makes invented people; it runs only with PRACTICE_MODE=on.")
        counts = [options[name] for name in ("practitioners", "patients", "bookings")]
        if min(counts) < 0:
            raise CommandError("--practitioners, --patients and --bookings count from 0 upwards.")
        now = clock.now()
        is_first = not User.objects.filter(email=ADMIN).exists()
        if is_first:
            User.objects.create_superuser(ADMIN, PASSWORD, name="Practice Admin")
        practice = samples.make_practice()
        owner = _desk_of(next(person for person in practice if person.slug == OWNER), now=now)
        if is_first:
            few = samples.make_patients(FEW)
            samples.make_bookings(practice, few, FEW, now=now)
            sample_past.make_past(practice, few, now=now)
        people = samples.make_practitioners(counts[0]) or practice
        patients = samples.make_patients(counts[1] or min(counts[2], 1))
        bookings = samples.make_bookings(people, patients, counts[2], now=now) if counts[2] else []
        if options["json"]:
            self.stdout.write(json.dumps(_ids(people, patients, bookings)))
        else:
            for who, where, email in (
                ("Admin", "/admin/", ADMIN),
                ("Practitioner", "/desk/", owner.email),
                ("Front desk", "/desk/", FRONT_DESK),
            ):
                self.stdout.write(f"{who:13} {where:8} {email:27} password: {PASSWORD}")
            self.stdout.write("Everybody else signs in at /signin/ with a code, which arrives at /sandbox/mail/")


def _desk_of(practitioner: Practitioner, *, now: datetime) -> User:
    """The logins of a practitioner and of their front desk, made once."""
    if practitioner.user is None:
        practitioner.user = _login(practitioner.email, practitioner.name)
        practitioner.save(update_fields=["user"])
        facts = {"granted_by": practitioner.user, "granted_at": now}
        DeskAccess.objects.get_or_create(
            practitioner=practitioner, user=_login(FRONT_DESK, "Practice Front Desk"), defaults=facts
        )
    return practitioner.user


def _login(email: str, name: str) -> User:
    return User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)


def _ids(people: list[Any], patients: list[Any], bookings: list[Booking]) -> dict[str, Any]:
    return {
        "practitioners": [
            {
                "id": person.pk,
                "slug": person.slug,
                "services": [{"id": s.pk, "slug": s.slug, "duration": s.duration} for s in person.services.all()],
            }
            for person in people
        ],
        "patients": [patient.pk for patient in patients],
        "bookings": [booking.public_id for booking in bookings],
    }
