"""Addresses of OGC API Features."""

from django.urls import path

from layers.ogc import views

urlpatterns = [
    path("", views.landing_view, name="ogc"),
    path("conformance", views.conformance_view, name="ogc-conformance"),
    path("api", views.api_view, name="ogc-api"),
    path("api.html", views.api_docs_view, name="ogc-api-docs"),
    path("collections", views.collections_view, name="ogc-collections"),
    path("collections/<str:layer_id>", views.collection_view, name="ogc-collection"),
    path("collections/<str:layer_id>/items", views.items_view, name="ogc-items"),
    path("collections/<str:layer_id>/items/<str:feature_id>", views.item_view, name="ogc-item"),
    path("collections/<str:layer_id>/search", views.search_view, name="ogc-search"),
    path("collections/<str:layer_id>/queryables", views.queryables_view, name="ogc-queryables"),
    path("collections/<str:layer_id>/schema", views.schema_view, name="ogc-schema"),
]
