import time, collections
import pytest
from tests.proofs.test_webhooks import *
pytestmark = [pytest.mark.django_db(transaction=True)]
def test_dbg(stack):
    stack.up(web=2, worker=2, beat=True, sandbox=True)
    payment = open_payment(1)
    pour(stack, payment)
    for _ in range(12):
        time.sleep(1)
        print(collections.Counter(Event.objects.values_list("result","attempts")), Mail.objects.count(), list(Notification.objects.values_list("done_at","attempts","last_error")))
    print(stack.log("worker1", lines=15)); print(stack.log("worker2", lines=15)); print(stack.log("beat", lines=10))
    print(Event.objects.filter(done_at=None).values("due_at","leased_until","attempts").first(), visitors.clock.now())
    for n in ("web1","web2"): print(stack.log(n)[-1500:])
