"""Whether the site works, for who watches over it: the process and the database are told apart."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from layers.http.answers import NOT_AT_ALL
from layers.http.resource import Resource

NOW = Resource(kept=NOT_AT_ALL, of_data=False, needs=None)


@NOW
def process(request: HttpRequest) -> HttpResponse:
    """Answers without the database: says only that the process serves."""
    return HttpResponse("ok", content_type="text/plain")


@NOW
def database(request: HttpRequest) -> HttpResponse:
    """200 when a statement is answered; else 503 by `geoapp.problems`, as everywhere, within two seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"database": "ok"})
