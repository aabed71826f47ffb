"""Addresses for the desktop."""

from django.urls import path, re_path

from geoapp.desktop import views

urlpatterns = [
    path("desktop/", views.desktop_view, name="desktop"),
    re_path(r"^desktop/shuitu\.(?P<suffix>qgz|qgs)$", views.project_view, name="qgis-project"),
    path("desktop/<slug:layer_id>.qml", views.qml_view, name="qml"),
    path("feeds/", views.feeds_view, name="feeds"),
]
