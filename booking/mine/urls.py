"""Somebody's own pages."""

from django.urls import path

from booking.mine.queries import Shelf
from booking.views.me import appointments, people, profile

app_name = "me"
urlpatterns = [
    path("", appointments.appointments, {"shelf": Shelf.UPCOMING}, name="appointments"),
    path("past/", appointments.appointments, {"shelf": Shelf.PAST}, name="past"),
    path("cancelled/", appointments.appointments, {"shelf": Shelf.CANCELLED}, name="cancelled"),
    path("dependents/", people.people, name="people"),
    path("dependents/add/", people.add, name="add_person"),
    path("dependents/<int:pk>/", people.edit, name="person"),
    path("dependents/<int:pk>/remove/", people.remove, name="remove_person"),
    path("profile/", profile.profile, name="profile"),
]
