"""Addresses of the work list. Named without a namespace, so that each name is the whole of it."""

from django.urls import path

from geoapp.quality import views

urlpatterns = [
    path("", views.index, name="quality"),
    path("list.csv", views.delimited, name="quality_csv"),
    path("list.xlsx", views.workbook, name="quality_xlsx"),
]
