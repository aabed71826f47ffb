"""Addresses of the page. The map keeps its whole state in the query string."""

from django.urls import path

from geoapp.web import offline, views

app_name = "web"
urlpatterns = [
    path("", views.index, name="index"),
    path("objects/<str:layer>/<path:code>", views.object_page, name="object"),
    path("divisions", views.changes, name="divisions"),
    path("about", views.about, name="about"),
    path("shell", offline.shell, name="shell"),
    path("sw.js", offline.worker, name="worker"),
    path("app.webmanifest", offline.manifest, name="manifest"),
]
