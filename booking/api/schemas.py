"""What the API takes and gives. Amounts are integers in minor units; times are RFC 3339 with an offset."""

from datetime import date, datetime
from typing import Annotated, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from booking import zones
from common.phones import normal_phone
from common.text import one_line

AnyDay = TypeVar("AnyDay", bound=date)


def normal_email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValueError("not an e-mail address") from error
    return value


def near(value: AnyDay) -> AnyDay:
    if not zones.is_near(value):
        raise ValueError("not a time that can be booked")
    return value


Day = Annotated[date, AfterValidator(near)]
Text = Annotated[str, BeforeValidator(lambda value: one_line(value) if isinstance(value, str) else value)]


class ServiceOut(Schema):
    id: int
    slug: str
    name: str
    duration: int = Field(description="minutes")
    amount: int = Field(description="in the currency's minor unit")
    currency: str
    mode: str


class PractitionerOut(Schema):
    slug: str
    name: str
    credential: str
    zone: str
    languages: list[str]
    services: list[ServiceOut]


class PractitionersOut(Schema):
    practitioners: list[PractitionerOut]


class DateOut(Schema):
    date: date
    available: int


class DatesOut(Schema):
    month: str
    zone: str
    dates: list[DateOut]


class SlotOut(Schema):
    start: datetime
    end: datetime
    state: str = Field(description="available, booked or break")


class SlotsOut(Schema):
    date: date
    zone: str
    slots: list[SlotOut]


class BookingIn(Schema):
    practitioner: Text
    service: Text = Field(description="id or slug", coerce_numbers_to_str=True)
    start: Annotated[AwareDatetime, AfterValidator(near)]
    name: Text = Field(min_length=1, max_length=120)
    email: Annotated[str, Field(max_length=254), AfterValidator(normal_email)]
    phone: Annotated[str, AfterValidator(normal_phone)]


class BookingOut(Schema):
    id: str
    reference: str
    status: str
    hold_expires_at: datetime | None
    amount: int
    currency: str
    payment_url: str


class BookingDetailOut(BookingOut):
    start: datetime
    end: datetime
    practitioner: str
    service: str


class CancelIn(Schema):
    reason: Text = Field(default="", max_length=300)


class Problem(Schema):
    """RFC 9457. `errors` names fields; `alternatives` are other starts."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None
    alternatives: list[datetime] | None = None
