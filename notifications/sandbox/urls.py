"""Under /sandbox/."""

from django.urls import path

from notifications.sandbox import views

app_name = "notifications_sandbox"

urlpatterns = [
    path("", views.index, name="index"),
    path("clock/", views.move_clock, name="clock"),
    path("mail/", views.mailbox, name="mailbox"),
    path("mail/<int:pk>/", views.mail, name="mail"),
    path("mail/<int:pk>/html/", views.mail_html, name="mail-html"),
    path("mail/<int:mail_id>/attachments/<int:pk>/", views.attachment, name="attachment"),
]
