"""The floor: a Django with nothing in it but one view with one SELECT, served as the product is."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from config import env

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": env.database("DATABASE_URL", limits="")},
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.urandom(32).hex(),
)


def one_select(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug, zone FROM practitioners_practitioner ORDER BY id LIMIT 1")
        return JsonResponse({"row": cursor.fetchone()})


urlpatterns = [path("", one_select)]
django.setup()
application = get_wsgi_application()
