"""What the practitioner's page says, and its picture."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common import clock
from common.http import see_other
from practitioners.actions import profile as actions
from practitioners.desks import CHOSEN, Desk, at_desk
from practitioners.errors import AddressFixed, AddressTaken
from practitioners.forms.profile import PhotoForm, ProfileForm
from practitioners.models import Photo

REMOVE = "remove"  # the button's name


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, desk: Desk) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ProfileForm(data, practitioner=desk.practitioner)
    if form.is_valid() and _is_saved(request, desk, form):
        messages.success(request, _("Your profile is saved."))
        return see_other("desk:profile")
    return render(request, "desk/profile.html", {**_shown(desk), "form": form})


def _is_saved(request: HttpRequest, desk: Desk, form: ProfileForm) -> bool:
    try:
        saved = actions.change_profile(
            desk.practitioner, values=form.cleaned_data, by=desk.actor(request), now=clock.now()
        )
    except AddressTaken:
        form.add_error("slug", _("That address is taken. Choose another one."))
    except AddressFixed:
        form.add_error("slug", _("Your page was published just now, so its address stays."))
    else:
        request.session[CHOSEN] = saved.slug
        return True
    return False


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Send a picture, or take the one there is away."""
    if request.method == "POST" and REMOVE in request.POST:
        actions.remove_photo(desk.practitioner, by=desk.actor(request), now=clock.now())
        messages.success(request, _("Your photo is removed."))
        return see_other("desk:profile")
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_valid():
        portrait = form.cleaned_data["photo"]
        actions.show_photo(desk.practitioner, portrait, by=desk.actor(request), now=clock.now())
        messages.success(request, _("Your photo is saved."))
        return see_other("desk:profile")
    return render(request, "desk/photo.html", {**_shown(desk), "form": form})


def _shown(desk: Desk) -> dict[str, object]:
    photo = Photo.objects.filter(practitioner=desk.practitioner).only("token").first()
    return {
        "desk": desk,
        "section": "profile",
        "page": "profile",
        "photo": photo.token if photo else "",
        "remove": REMOVE,
    }
