"""Addresses of the record. ``/record/`` is the prefix of the log, as tlog-tiles has it."""

from django.urls import path

from geoapp.record import views

app_name = "record"
urlpatterns = [
    path("", views.index, name="index"),
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("tile/<path:tile>", views.tile, name="tile"),
    path("key", views.key, name="key"),
    path("shuitu_witness.py", views.witness, name="witness"),
    path("proof/<int:index>", views.proof, name="proof"),
    path("permit/<path:code>", views.permit, name="permit"),
]
