"""Addresses of OGC API Tiles. A tile may be asked for with a suffix: some desktops write one."""

from django.urls import path

from tiles.ogc import views

_TILE = "<str:scheme>/<str:z>/<int:row>/<int:col>"
urlpatterns = [
    path("tileMatrixSets", views.schemes_view, name="ogc-schemes"),
    path("tileMatrixSets/<str:scheme>", views.scheme_view, name="ogc-scheme"),
    path("tiles", views.tilesets_view, name="ogc-dataset-tilesets"),
    path("tiles/<str:scheme>", views.tileset_view, name="ogc-dataset-tileset"),
    path(f"tiles/{_TILE}", views.tile_view, name="ogc-dataset-tile"),
    path(f"tiles/{_TILE}.pbf", views.tile_view),
    path("collections/<str:layer_id>/tiles", views.tilesets_view, name="ogc-tilesets"),
    path("collections/<str:layer_id>/tiles/<str:scheme>", views.tileset_view, name="ogc-tileset"),
    path(f"collections/<str:layer_id>/tiles/{_TILE}", views.tile_view, name="ogc-tile"),
    path(f"collections/<str:layer_id>/tiles/{_TILE}.pbf", views.tile_view),
]
