"""The page of reports: ask for one, see how far it is, take it, let it go; and the preview in the browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from geoapp import audit, beside
from geoapp.address import client_address
from geoapp.menu import knows_asker
from geoapp.problems.language import html_language, page_language
from geoapp.reports import choices, figures, kinds, queue, worker
from geoapp.reports.areas import tables as area_tables
from geoapp.reports.ask import AREA_FORMATS, FORMATS, Ask, area_name, code, parse_ask, parse_formats
from geoapp.reports.forms import FORMS
from geoapp.reports.layouts import store as layouts
from geoapp.reports.models import DONE, RUNNING, ReportJob
from geoapp.reports.official import pages
from geoapp.reports.official.letterhead import Worn, worn_by
from geoapp.reports.official.reach import Signing
from geoapp.reports.progress import chapters
from geoapp.reports.refusal import MadeAgain, for_script, refused
from geoapp.reports.words import FORM_NAMES, STATUS_NAMES, STEP_NAMES, level_name
from geoapp.walls import policy
from layers import access, languages, params, vocab
from layers.area import parse_area
from layers.errors import BadParameter
from layers.http.answers import BY_VERSION, NOT_AT_ALL, Found
from layers.http.media import HTML
from layers.http.resource import READ, Resource
from layers.selection import parse_selection
from layers.stats.answer import last_year
from layers.stats.query import available_months
from layers.stats.regions import region_index
from layers.versions import ALL_DATASETS, as_of
from layers.words import NOTHING, Worded, Words

PARAMS = ("region", "area", "period", "lang", "level", "boundaries", "source", "purpose", "resident")
SHOWN = 60
MINE_SECONDS = 14 * 24 * 3600
MINE = "reports"  # in the session: ids of the jobs that this browser asked for
PAGE = Resource(READ, kept=NOT_AT_ALL, refuses=refused, of_data=False)
FORM = Resource(("POST",), kept=NOT_AT_ALL, refuses=refused, of_data=False, token=True, needs="reports")


def site_of(request: HttpRequest) -> str:
    """The address that a code printed for this asker opens."""
    return str(settings.PUBLIC_URL if settings.PUBLIC_URL_GIVEN else request.build_absolute_uri("/"))


@knows_asker
@PAGE
def index(request: HttpRequest) -> HttpResponse:
    """The form, filled in from the address, and the list."""
    worker.ensure()
    lang = page_language(request)
    months = [str(month) for month in available_months()]
    context = {
        "lang": lang,
        "html_lang": html_language(lang),
        "regions": choices.regions(lang),
        "region": _region(request),
        "periods": [*sorted({month[:4] for month in months}, reverse=True), *reversed(months)],
        "period": request.GET.get("period") or (str(last_year()) if months else ""),
        "boundaries": choices.boundaries(lang, request.GET.get("boundaries", "")),
        "area": _area(request, lang),
        "formats": [
            (form, FORM_NAMES[form].in_(lang)) for form in (AREA_FORMATS if request.GET.get("area") else FORMATS)
        ],
        "jobs": _listed(request, lang),
        "approved": pages.approved(request.user, lang),
        "staff": pages.is_staff(request.user),
    }
    return render(request, "reports/index.html", context)


def _region(request: HttpRequest) -> str:
    """The region that the form begins with, in one word (see `Ask.region`)."""
    region = request.GET.get("region", "")
    return f"{vocab.UNIT}/{region}" if request.GET.get("level") == vocab.UNIT and "/" not in region else region


def _area(request: HttpRequest, lang: str) -> dict[str, Any] | None:
    """The area that an address asks a report of, with its name and what goes with it into the form."""
    if not request.GET.get("area"):
        return None
    params.refuse_unwritable(request.GET.dict())
    area = parse_area(request.GET["area"])
    selected = {name: request.GET.get(name, "") for name in ("source", "purpose", "resident")}
    selection = parse_selection(*selected.values())
    return {
        "name": area_name(area, region_index(), lang),
        "selected": area_tables.selected(selection, lang),
        "given": {"area": area.text, **{name: value for name, value in selected.items() if value}},
    }


def _asker(request: HttpRequest) -> str:
    """Who takes turns with others: an account, else an address."""
    account = request.user.get_username() if request.user.is_authenticated else ""
    return f"account {account}" if account else client_address(request)


@FORM
def make(request: HttpRequest) -> HttpResponse:
    """Ask for a report; whoever asks for the same at the same data version gets the same job.

    → the list, at this job; to a script the job itself, as `jobs` lists it.
    """
    given = {name: request.POST.get(name, "").strip() for name in PARAMS}
    params.refuse_unwritable(given)
    ask = parse_ask(given, site_of(request))
    forms = ask.forms if ask.atlas else parse_formats(",".join(request.POST.getlist("formats")), ask.forms)
    layouts.usable(ask.lang)
    with audit.attempt("report_asked", object=ask.region), transaction.atomic():
        job = queue.ask_for(ask, forms, _asker(request))
        audit.write("report_asked", object=job.region or job.name, errand=queue.errand(job), detail=queue.about(job))
    request.session[MINE] = [*request.session.get(MINE, [])[-99:], job.pk]
    if not request.user.is_authenticated:  # theirs for two weeks; a log-in has its own end
        request.session.set_expiry(MINE_SECONDS)
    worker.ensure()
    if for_script(request):
        return JsonResponse(
            {"job": _told(job, request, page_language(request), as_of(ALL_DATASETS).version)}, status=202
        )
    asked = urlencode({name: given[name] for name in PARAMS if given[name]}, safe=":;,")
    return redirect(f"{reverse('reports:index')}?{asked}#job-{job.pk}")


@PAGE
def jobs(request: HttpRequest) -> JsonResponse:
    """The list, for the page to follow, and what a script of this site needs to ask for a report."""
    worker.ensure()
    return JsonResponse({"jobs": _listed(request, page_language(request)), "csrf": get_token(request)})


def _listed(request: HttpRequest, lang: str) -> list[dict[str, Any]]:
    version = as_of(ALL_DATASETS).version
    jobs = [job for job in ReportJob.objects.all()[:SHOWN] if _may_see(request, job)]
    return [_told(job, request, lang, version) for job in jobs]


def _may_see(request: HttpRequest, job: ReportJob) -> bool:
    """A report is for all who may see what it was made of: one made while more was open is so no longer."""
    return access.may_show(job.stamp)


def _told(job: ReportJob, request: HttpRequest, lang: str, version: int) -> dict[str, Any]:
    """A job in words, and where its files are."""
    return {
        "id": job.pk,
        "name": job.name,
        "region": job.region,
        "kind": level_name(vocab.UNIT, lang) if job.unit and not queue.chapters_of(job) else "",
        "period": job.period,
        "lang": job.lang,
        "language": "" if job.lang == languages.FIRST else languages.language(job.lang).name,
        "divisions": choices.boundaries_told(job.boundaries, lang),
        "status": job.status,
        "told": STATUS_NAMES[job.status].in_(lang),
        "step": _step(job.step).in_(lang) if job.status == RUNNING else "",
        "percent": round(100 * job.progress),
        "error": job.error,
        "at": figures.moment(job.finished_at or job.created_at, lang),
        "old": job.status == DONE and not job.stamp.startswith(f"{version}-"),
        "files": [
            {
                "form": told["form"], "label": FORM_NAMES[told["form"]].in_(lang), "size": f"{told['bytes'] / 1e6:.1f} MB",
                "url": reverse("reports:download", args=[job.pk, told["form"]]),
            }
            for told in job.files.values()
        ],
        "mine": _may_delete(request, job.pk),
        "issue": reverse("reports:issue") if may_issue(request, job) else "",
    }  # fmt: skip


def _step(step: str) -> Worded:
    """What is being done: a form, or of a volume how many of its chapters are printed."""
    if printed := chapters(step):
        done = f"{printed.done}/{printed.of}"
        return Words("已排印 {done} 章：{name}", "{done} chapters printed: {name}", done=done, name=printed.name)
    return STEP_NAMES.get(step, NOTHING)


def may_issue(request: HttpRequest, job: ReportJob) -> bool:
    """Whether a draft with a number may be made of what this report is of."""
    may = pages.is_staff(request.user) and Signing(request.user).may(access.COMPILE, job)
    return may and job.status == DONE and not queue.chapters_of(job)


def _may_delete(request: HttpRequest, job_id: int) -> bool:
    """Who asked for it (this browser), or who approves reports of the whole city."""
    return job_id in request.session.get(MINE, []) or access.reach_by(request.user, access.APPROVE).whole


@replace(PAGE, lane="files")
def download(request: HttpRequest, job_id: int, form: str) -> FileResponse:
    """A finished file, whole and as it was written; `MadeAgain` when it is not, and its report waits to be made anew."""
    job = get_object_or_404(ReportJob, pk=job_id, status=DONE)
    if not _may_see(request, job):
        raise Http404
    if form not in (told["form"] for told in job.files.values()):
        raise Http404
    path = queue.file_of(job, form)
    if path is None:
        new = queue.again(job)
        if new.pk != job_id and job_id in request.session.get(MINE, []):
            request.session[MINE] = [*request.session[MINE][-99:], new.pk]
            request.session.save()  # not done with an answer of 5xx
        worker.ensure()
        raise MadeAgain(f"{FORMS[form].suffix} of {job.name}, {job.period}: ask again in a minute.")
    if request.method == "GET":
        audit.write(
            "export",
            object=job.region or job.name,
            errand=queue.errand(job),
            detail={"format": form, "file": path.name},
        )
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=FORMS[form].content_type)


@replace(FORM, lane="files")
def delete(request: HttpRequest, job_id: int) -> HttpResponse:
    """Let a report go, also one that is being made."""
    job = get_object_or_404(ReportJob, pk=job_id)
    if not _may_delete(request, job_id):
        return HttpResponse(status=403)
    with transaction.atomic():
        audit.write("report_asked", object=job.region or job.name, errand=queue.errand(job), detail={"did": "deleted"})
        queue.delete(job)
    return redirect(languages.address(reverse("reports:index"), page_language(request)))


@Resource(kept=BY_VERSION, refuses=refused, lane="dear", needs="reports")
def preview(request: HttpRequest) -> Found:
    """The report as a page: the template of the PDF. Seconds of work: made once for all who look at it, beside this process."""
    params.refuse_unknown(request.GET, PARAMS)
    params.refuse_unwritable(request.GET.dict())
    ask = parse_ask(request.GET.dict(), site_of(request))
    if ask.atlas:
        raise BadParameter(
            Words("合订本没有预览", "A bound volume has no preview."), param="region", allowed=["110108"]
        )
    worn = worn_by(ask.of_kind(region_index(ask.within())))
    return Found(
        as_of(ALL_DATASETS).stamp,
        lambda: _previewed(ask, worn),
        HTML,
        f"{code()} {request.build_absolute_uri()} {worn.digest if worn else ''}",
        headers=lambda: {"Content-Security-Policy": policy.REPORT},
    )


def _previewed(ask: Ask, worn: Worn | None) -> bytes:
    """What is read here is of one moment; what is made of it asks for nothing more."""
    return beside.done(kinds.preview, lambda: (kinds.read(ask, worn),))
