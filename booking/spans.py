"""How much of a calendar a visit takes."""

from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from practitioners.models import Service


def span_of(service: Service, start: datetime) -> DateTimeTZRange:
    """The visit itself."""
    return DateTimeTZRange(start, start + timedelta(minutes=service.duration))


def occupied_by(service: Service, start: datetime) -> DateTimeTZRange:
    """The visit with what is kept free around it. The service must come with its practitioner."""
    return around(service, span_of(service, start))


def around(service: Service, span: DateTimeTZRange) -> DateTimeTZRange:
    """A visit of any length with what the service keeps free around it."""
    before, after = timedelta(minutes=service.minutes_before), timedelta(minutes=service.minutes_after)
    return DateTimeTZRange(span.lower - before, span.upper + after)
