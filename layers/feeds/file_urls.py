"""Addresses of the files that stay."""

from django.urls import path

from layers.feeds import downloads

urlpatterns = [
    path("<slug:layer_id>", downloads.layer_view, name="layer-feed"),
    path("<slug:layer_id>.<str:suffix>", downloads.file_view, name="feed"),
]
