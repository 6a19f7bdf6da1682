from django.urls import path

from booking.views import crawlers, directory, finding, manage, photos, site, steps

app_name = "booking"
urlpatterns = [
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("", directory.directory, name="home"),
    path("p/", directory.directory, name="directory"),
    path("p/<slug:practitioner>/", finding.profile, name="profile"),
    path("p/<slug:practitioner>/<slug:service>/", finding.times, name="times"),
    path("p/<slug:practitioner>/<slug:service>/hold/", steps.hold, name="hold"),
    path("h/<str:public_id>/", steps.details, name="details"),
    path("h/<str:public_id>/review/", steps.review, name="review"),
    path("h/<str:public_id>/again/", steps.again, name="again"),
    path("h/<str:public_id>/extend/", steps.extend, name="extend"),
    path("b/<str:public_id>/", manage.detail, name="detail"),
    path("b/<str:public_id>/status/", manage.status, name="status"),
    path("b/<str:public_id>/cancel/", manage.cancel, name="cancel"),
    path("photos/<slug:token>-<str:size>.webp", photos.photo, name="photo"),
    path("theme/", site.theme, name="theme"),
    path("zone/", site.zone, name="zone"),
    path("help/", site.text, {"name": "help"}, name="help"),
    path("privacy/", site.text, {"name": "privacy"}, name="privacy"),
    path("accessibility/", site.text, {"name": "accessibility"}, name="accessibility"),
]
