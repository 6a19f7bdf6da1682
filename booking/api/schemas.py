"""What the API takes and gives. Amounts are integers in minor units; times are RFC 3339 with an offset."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from booking import zones
from common.phones import normal_phone, region_of
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


def _phone(value: str) -> str:
    """Without a country code it is a number of the country that the practice is in."""
    return normal_phone(value, region_of(settings.SITE_ZONE))


AnyMode = Literal["in_person", "video", "phone", "online"]
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


class LocationOut(Schema):
    id: int
    name: str
    address: str
    map_url: str


class PractitionerOut(Schema):
    slug: str
    name: str
    credential: str
    zone: str
    languages: list[str]
    needs: list[str]
    photo_url: str | None = Field(description="480 by 480 pixels, WebP")
    locations: list[LocationOut]
    services: list[ServiceOut]


class PractitionersOut(Schema):
    practitioners: list[PractitionerOut]
    total: int = Field(description="on all pages")
    page: int
    pages: int


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
    phone: Annotated[str, AfterValidator(_phone)]
    amount: int | None = Field(default=None, description="the price you showed; another one now is a 409")
    currency: str | None = Field(default=None, description="goes with `amount`")

    @model_validator(mode="after")
    def _a_price_has_both(self) -> "BookingIn":
        if (self.amount is None) != (self.currency is None):
            raise ValueError("amount and currency go together")
        return self


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


class RescheduleIn(Schema):
    start: Annotated[AwareDatetime, AfterValidator(near)]


class CancelIn(Schema):
    reason: Text = Field(default="", max_length=300)


class Problem(Schema):
    """RFC 9457. `errors` names fields; `alternatives` are other starts; a price is the one that is true now."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None
    alternatives: list[datetime] | None = None
    amount: int | None = None
    currency: str | None = None
