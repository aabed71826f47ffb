"""Addresses of the JSON API."""

from django.urls import path

from layers.feeds import views

urlpatterns = [
    path("meta", views.meta_view, name="meta"),
    path("layers", views.layers_view, name="layers"),
    path("layers/<str:layer_id>/features", views.features_view, name="features"),
    path("layers/<str:layer_id>/features/<path:code>", views.feature_view, name="feature"),
    path("layers/<str:layer_id>/use/<path:code>", views.use_view, name="use"),
    path("layers/<str:layer_id>/near/<path:code>", views.near_view, name="near"),
    path("stats", views.stats_view, name="stats"),
    path("stats/series", views.series_view, name="series"),
    path("stats/cells", views.cells_view, name="stats-cells"),
    path("stats/compare", views.compare_view, name="stats-compare"),
    path("stats/area", views.area_view, name="stats-area"),
    path("regions/<str:code>", views.region_view, name="region"),
    path("divisions", views.divisions_view, name="divisions"),
    path("explain", views.explain_view, name="explain"),
    path("search", views.search_view, name="search"),
    path("search/regions", views.spelt_regions_view, name="spelt-regions"),
]
