"""Saying how a visit was."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from booking import actions, queries, reviews, zones
from booking.errors import BookingRefused
from common import clock
from common.audit import Actor
from common.http import personal, see_other
from practitioners.forms.fields import SentencesField

STARS = [
    (5, gettext_lazy("5 – very good")),
    (4, gettext_lazy("4 – good")),
    (3, gettext_lazy("3 – in between")),
    (2, gettext_lazy("2 – not good")),
    (1, gettext_lazy("1 – bad")),
]


class ReviewForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=gettext_lazy("How was it?"),
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect({"class": "radios"}),
        error_messages={"required": gettext_lazy("Choose how it was.")},
    )
    words = SentencesField(
        label=gettext_lazy("In your words"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy(
            "Others may read it, without your name. The practice reads it first. Please leave out health matters."
        ),
        widget=forms.Textarea({"rows": 5}),
    )


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def review_visit(request: HttpRequest, public_id: str) -> HttpResponse:
    """For whoever has the link of a visit that took place."""
    booking = queries.booking_by_link(public_id)
    now = clock.now()
    known = reviews.review_of(booking)
    if not reviews.may_review(booking, known, now):
        return see_other("booking:detail", public_id)
    initial = {"stars": known.stars, "words": known.words} if known else {}
    form = ReviewForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.review(booking, **form.cleaned_data, by=Actor.PATIENT.seen_in(request), now=now)
        except BookingRefused:  # the practice was reading it at this very moment
            messages.info(request, _("What you said before has just been read by the practice, so it stays as it was."))
        else:
            messages.success(
                request, _("Thank you. Your stars count; words are shown once the practice has read them.")
            )
        return see_other("booking:detail", public_id)
    context = {"booking": booking, "form": form, "known": known, "zone": zones.shown(request, booking.home_zone)}
    return render(request, "booking/review_visit.html", context)
