"""What is not there and what goes wrong: problem bodies for programs, Django's own pages for people."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from layers.errors import NotFound
from layers.feeds.problems import fault_response, problem_response

FOR_PROGRAMS = ("/api/", "/desktop/", "/feeds/", "/ogc/", "/tiles/", "/styles/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no address of ours."""
    if request.path.startswith(FOR_PROGRAMS):
        return problem_response(NotFound(f"There is nothing at {request.path}", allowed=[_start(request.path)]))
    return defaults.page_not_found(request, exception)


def _start(path: str) -> str:
    """Where what there is beside an address is listed."""
    first = next(one for one in FOR_PROGRAMS if path.startswith(one))
    return {"/ogc/": "/ogc/", "/feeds/": "/feeds/", "/desktop/": "/desktop/", "/styles/": "/styles/map.json"}.get(
        first, "/api/schema"
    )


def fault(request: HttpRequest) -> HttpResponse:
    """500: a mistake of ours; what it was stands in the log alone."""
    return fault_response() if request.path.startswith(FOR_PROGRAMS) else defaults.server_error(request)
