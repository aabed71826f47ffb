"""Addresses of the desk."""

from django.urls import path, re_path

from geoapp.desk import objects, releases, views
from geoapp.desk.parcels import TOKEN

app_name = "desk"
_token = rf"(?P<token>{TOKEN})"
urlpatterns = [
    path("", views.index, name="index"),
    path("template/<slug:target>.csv", views.template, name="template"),
    path("profiles/", views.profile_list, name="profiles"),
    path("releases/", releases.index, name="releases"),
    path("releases/<int:number>/", releases.release, name="release"),
    path("releases/<int:number>/undo/", releases.undoing, name="undo"),
    path("history/<slug:dataset>/<int:number>/", releases.history, name="history"),
    path("objects/<slug:layer>/<path:code>", objects.behind, name="object"),
    re_path(rf"^{_token}/$", views.job, name="job"),
    re_path(rf"^{_token}/state$", views.state, name="state"),
    re_path(rf"^{_token}/places$", views.places, name="places"),
    re_path(rf"^{_token}/refused\.csv$", views.refused, name="refused"),
]
