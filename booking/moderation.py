"""Reading what patients wrote, in the back office, before others may read it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking import actions
from booking.models import Review, ReviewState
from common import clock
from common.admin import ReadOnlyAdmin
from common.audit import Actor
from common.http import see_other

LEAST_REASON = 15


class JudgementForm(forms.Form):
    state = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=[choice for choice in ReviewState.choices if choice[0] != ReviewState.WAITING],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what becomes of it.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "For the audit trail, at least 15 characters, unless it is shown. "
            "That somebody was not pleased is no reason."
        ),
        widget=forms.Textarea({"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("state") != ReviewState.SHOWN and len(data.get("reason", "").strip()) < LEAST_REASON:
            self.add_error("reason", _("Say in at least 15 characters why others may not read it."))
        return data


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """The latest first; those that nobody has read are one filter away."""

    list_display = ("written_at", "practitioner", "stars", "words_shown", "state", "judged_at")
    list_filter = ("state", "stars", "practitioner")
    list_select_related = ("practitioner",)
    ordering = ("-written_at", "-pk")
    fields = ("practitioner", "booking", "stars", "words", "state", "written_at", "judged_at", "judged_by")
    change_form_template = "admin/booking/review.html"

    @admin.display(description=gettext_lazy("words"))
    def words_shown(self, review: Review) -> str:
        return review.words[:80] or "–"

    def get_urls(self) -> list[URLPattern]:
        judge = path("<int:pk>/judge/", self.admin_site.admin_view(self.judge), name="booking_review_judge")
        return [judge, *super().get_urls()]

    def judge(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("booking.change_review"):
            raise PermissionDenied
        review = Review.objects.select_related("practitioner").filter(pk=pk).first()
        if review is None:
            raise Http404
        form = JudgementForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            state, reason = ReviewState(form.cleaned_data["state"]), form.cleaned_data["reason"].strip()
            actions.judge(review, state, by=Actor.STAFF.seen_in(request), reason=reason, now=clock.now())
            self.message_user(request, _("It is decided."), messages.SUCCESS)
            return see_other("admin:booking_review_changelist")
        context = {**self.admin_site.each_context(request), "title": _("Read a review"), "review": review, "form": form}
        return render(request, "admin/booking/judge_review.html", context)
