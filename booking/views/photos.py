"""Practitioners' pictures, as files that any cache may keep for ever: a new picture has a new address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from practitioners.models import Photo

_YEAR = 365 * 24 * 3600


@require_safe
def photo(request: HttpRequest, token: str, size: str) -> HttpResponse:
    if size not in Photo.SIZES:
        raise Http404
    drawn = Photo.objects.filter(token=token).values_list(size, flat=True).first()
    if drawn is None:
        raise Http404
    return _for_ever(request, bytes(drawn))


@cache_control(public=True, max_age=_YEAR, immutable=True)
def _for_ever(request: HttpRequest, drawn: bytes) -> HttpResponse:
    return HttpResponse(drawn, content_type="image/webp")
