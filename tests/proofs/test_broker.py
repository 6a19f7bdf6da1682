"""Without the broker, dead or frozen, bookings and webhooks go on as fast as ever; messages leave later, once."""

from collections import Counter
from collections.abc import Callable
from statistics import median

import pytest

from booking.lifecycle import Status
from booking.models import Booking
from notifications.models import Notification
from notifications.sandbox.models import Mail
from payments.models import Event
from practitioners.models import Service
from tests.proofs import visitors
from tests.proofs.sabotage import WaitsForTheBroker, broken_by
from tests.proofs.scale import many
from tests.stack import Stack
from tests.waiting import eventually

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]
REQUESTS = many(6, 60)
A_WAIT = 4.0  # seconds; whoever waits for the broker waits for its time-out of five
RECOVERY = 120.0
UNCOUNTED = {"RATE_LIMITS": "off"}  # one visitor books all the time

stopping = pytest.mark.parametrize("stop", [Stack.kill, Stack.freeze], ids=["killed", "frozen"])


def go_on(url: str, service: Service, first_day: int) -> list[float]:
    """Book, pay and be told about it, again and again. Seconds of the requests, of which none may fail."""
    took = []
    for day in range(first_day, first_day + REQUESTS):
        payment = visitors.open_payment(day)
        answers = [
            visitors.book(url, service, visitors.day_at_ten(day)),
            visitors.send(url, "GET", f"/p/{service.practitioner.slug}/{service.slug}/"),
            visitors.tell(url, visitors.event_body(payment), event_id=payment.key),
            visitors.send(url, "GET", "/readyz"),
        ]
        assert [answer.status for answer in answers] == [201, 200, 200, 200]
        took += [answer.seconds for answer in answers]
    return took


def come_back(stack: Stack, stop: Callable[[Stack, str], None]) -> None:
    if stop is Stack.freeze:
        stack.thaw("valkey")
    else:
        stack.restart("valkey")


def all_told() -> bool:
    """Every booking that was paid is confirmed, and every message that is owed has arrived."""
    waiting = Event.objects.filter(done_at=None).exists() or Notification.objects.filter(done_at=None).exists()
    return not waiting and Mail.objects.count() == 2 * Booking.objects.filter(status=Status.CONFIRMED).count() > 0


@stopping
def test_requests_do_not_notice_and_every_message_leaves_once(stack: Stack, stop: Callable[[Stack, str], None]) -> None:
    service = visitors.always_open()
    url = stack.up(web=1, worker=1, beat=True, sandbox=True, own_broker=True, settings=UNCOUNTED)
    before = go_on(url, service, 1)

    stop(stack, "valkey")
    during = go_on(url, service, 1 + REQUESTS)
    come_back(stack, stop)

    ratio = median(during) / median(before)
    print(f"after {stop.__name__}: median {ratio:.2f} of before, slowest {max(during):.2f} s")  # noqa: T201
    assert max(during) < A_WAIT
    assert eventually(all_told, seconds=RECOVERY)
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 2 * REQUESTS
    assert set(Counter(Mail.objects.values_list("message_id", flat=True)).values()) == {1}


def test_control_who_waits_for_the_broker_is_slow_when_it_freezes(stack: Stack) -> None:
    url = stack.up(web=1, own_broker=True, settings=broken_by(WaitsForTheBroker) | UNCOUNTED)
    payment = visitors.open_payment()

    stack.freeze("valkey")

    assert visitors.tell(url, visitors.event_body(payment), event_id="Ev1").seconds > A_WAIT
