"""Addresses of tiles, TileJSON and styles."""

from django.urls import path

from tiles import views

urlpatterns = [
    path("tiles/<str:layer_id>.json", views.tilejson_view, name="tilejson"),
    path("tiles/<str:layer_id>/metadata.json", views.metadata_view, name="tile-metadata"),
    path("tiles/<str:layer_id>/<int:z>/<int:x>/<int:y>.pbf", views.tile_view, name="tile"),
    path("tiles/<str:layer_id>/v<slug:stamp>/<int:z>/<int:x>/<int:y>.pbf", views.tile_view, name="versioned-tile"),
    path("styles/map.json", views.map_style_view, name="map-style"),
    path("styles/<str:layer_id>.json", views.layer_style_view, name="layer-style"),
]
