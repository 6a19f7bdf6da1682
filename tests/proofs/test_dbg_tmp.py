import time, collections
import pytest
from tests.proofs.test_broker import *
del test_requests_do_not_notice_and_every_message_leaves_once, test_control_who_waits_for_the_broker_is_slow_when_it_freezes
pytestmark = [pytest.mark.django_db(transaction=True)]
def test_dbg(stack):
    service = visitors.always_open()
    url = stack.up(web=1, worker=1, beat=True, sandbox=True, own_broker=True)
    go_on(url, service, 1)
    stack.kill("valkey")
    go_on(url, service, 1 + REQUESTS)
    stack.restart("valkey")
    for i in range(40):
        time.sleep(1)
        print(i, collections.Counter(Event.objects.values_list("result","attempts")), Mail.objects.count(), Notification.objects.filter(done_at=None).count())
        if all_told(): break
    print("WORKER", stack.log("worker1", lines=40)[-6000:]); print("BEAT", stack.log("beat", lines=40)[-5000:])
    print("VALKEY", stack.log("valkey", lines=10)[-1500:])
