"""Receipts: issued in the transaction that keeps a payment, numbered under the practitioner's lock."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Prefetch

from booking.models import Booking
from common.money import Money
from payments.lifecycle import RefundStatus
from payments.models import Payment, Receipt, Refund, TaxDetails
from payments.tax import Parts, is_gstin, taken_apart
from practitioners.models import Practitioner


def issue(payment: Payment, practitioner: Practitioner, *, now: datetime) -> Receipt:
    """The next number of the practitioner, who must be locked: what is rolled back leaves no gap, and no two are alike.

    The database refuses the same number twice, should anybody ever come without the lock.
    """
    last = Receipt.objects.filter(practitioner=practitioner).aggregate(last=Max("number"))["last"] or 0
    seller = TaxDetails.objects.filter(practitioner=practitioner).first() or TaxDetails(practitioner=practitioner)
    return Receipt.objects.create(
        practitioner=practitioner,
        number=last + 1,
        payment=payment,
        issued_at=now,
        amount=payment.captured.amount,
        currency=payment.captured.currency,
        seller=seller.legal_name or practitioner.name,
        address=seller.address,
        tax_id=seller.tax_id,
        tax_code=seller.tax_code,
        tax_rate=seller.tax_rate,
        tax_amount=taken_apart(payment.captured.amount, seller.tax_rate).tax,
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A receipt with what became of its money since."""

    receipt: Receipt
    payment: Payment
    refunds: list[tuple[Refund, bool]]  # and whether it has gone through

    @property
    def parts(self) -> Parts:
        return Parts(self.receipt.amount - self.receipt.tax_amount, self.receipt.tax_amount)

    @property
    def net(self) -> Money:
        return Money(self.parts.net, self.receipt.currency)

    @property
    def tax(self) -> Money:
        return Money(self.parts.tax, self.receipt.currency)

    @property
    def halves(self) -> tuple[Money, Money]:
        """Of Indian GST: within a state, half is the centre's and half the state's."""
        first, second = self.parts.halves
        return Money(first, self.receipt.currency), Money(second, self.receipt.currency)

    @property
    def half_rate(self) -> str:
        return _per_cent(self.receipt.tax_rate / 2)

    @property
    def rate(self) -> str:
        """18; 2.5"""
        return _per_cent(self.receipt.tax_rate)

    @property
    def is_indian(self) -> bool:
        return self.receipt.currency == "INR" and is_gstin(self.receipt.tax_id)

    @property
    def is_kept_by_terms(self) -> bool:
        return self.payment.retained_amount > 0

    @property
    def kept(self) -> Money:
        back = sum(refund.amount for refund, _through in self.refunds)
        return Money(self.receipt.amount - back, self.receipt.currency)


def _per_cent(hundredths: float) -> str:
    return f"{hundredths / 100:.3f}".rstrip("0").rstrip(".")


def kept_in_all(sheets: list[Sheet]) -> Money:
    """Of all the receipts of one booking, which share its currency."""
    return Money(sum(sheet.kept.amount for sheet in sheets), sheets[0].receipt.currency)


def sheets_of(booking: Booking) -> list[Sheet]:
    """The receipts of a booking in order. Two queries."""
    receipts = Receipt.objects.filter(payment__booking=booking).select_related("payment").order_by("number")
    refunds = Prefetch("payment__refunds", Refund.objects.order_by("pk"))
    return [
        Sheet(
            receipt,
            receipt.payment,
            [(each, each.status == RefundStatus.PROCESSED) for each in receipt.payment.refunds.all()],
        )
        for receipt in receipts.prefetch_related(refunds)
    ]
