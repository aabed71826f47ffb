"""The import page of the administration: upload, look at the dry run, import exactly that file.

The work is `layers.ingest.run.run`, as for the command. Nothing is read from a request before its sender is known to
be allowed to import and its length to be within bounds: the CSRF check would otherwise take in the whole body first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from layers import access
from layers.admin import parcels, upload_form
from layers.ingest.columns import GEOMETRY_WORDS
from layers.ingest.refusal import ImportRefused
from layers.ingest.spec import Spec
from layers.later import later
from layers.models import Release
from layers.text import guarded

run = later("layers.ingest.run.run")

PERMISSION = "layers.import_data"
FORM_BYTES = 1 << 20  # what a request may be longer than its file
# The core speaks to the command line; here its options have other names.
_OPTIONS = {
    "--map 字段=列名": "“字段对应”（字段=列名）",
    "--file-layer": "“工作表或图层名”", "--sheet": "“工作表或图层名”", "--crs": "“坐标系”", "--map": "“字段对应”",
}  # fmt: skip

View = Callable[..., HttpResponse]


def urls(site: AdminSite) -> list[URLPattern]:
    """Addresses under the administration's own."""
    token = rf"(?P<token>{parcels.TOKEN})"
    return [
        path("import/", _guarded(site, _start), name="import"),
        path("import/template/<slug:target>.csv", _guarded(site, _template), name="import-template"),
        re_path(rf"^import/{token}/$", _guarded(site, _parcel), name="import-parcel"),
        re_path(rf"^import/{token}/refused\.csv$", _guarded(site, _refused), name="import-refused"),
    ]


def _guarded(site: AdminSite, view: Any) -> View:
    """Staff with the permission only, and only requests of a bounded length; then CSRF, which reads the body."""
    checked = csrf_protect(view)

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        request.current_app = site.name
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMPORT_MAX_BYTES + FORM_BYTES:
            return _form_page(request, site, upload_form.UploadForm(), upload_form.too_large(), status=413)
        parcels.sweep()
        return checked(request, site, *args, **kwargs)

    return site.admin_view(guarded)


@require_http_methods(["GET", "POST"])
def _start(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The form; and the dry run of what it sends."""
    if request.method == "GET":
        return _form_page(request, site, upload_form.UploadForm(initial={"target": request.GET.get("target", "")}))
    form = upload_form.UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, site, form, status=400)
    parcel = parcels.receive(form.cleaned_data["file"].chunks(1 << 20), form.wanted(request.user.pk or 0))
    try:
        report = _run(request, parcel, None)
    except ImportRefused as error:
        parcel.discard()
        return _form_page(request, site, form, web_words(error.zh), error.allowed, status=400)
    except BaseException:
        parcel.discard()
        raise
    parcel.write_report(report, parcel.path)
    if report.refused_as_a_whole:
        parcel.path.unlink()
    return redirect("admin:import-parcel", token=parcel.token)


def _run(request: HttpRequest, parcel: parcels.Parcel, taken: Any) -> Any:
    return run(
        parcel.wanted.target, parcel.source(taken), commit=taken is not None, actor=request.user.get_username(),
        closing=parcel.wanted.closing, effective=parcel.wanted.effective, context={"from": "admin"}, wait_s=10.0,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def _parcel(request: HttpRequest, site: AdminSite, token: str) -> HttpResponse:
    """The report of a file; and its import, or its removal."""
    parcel = _find(request, token)
    if request.method == "POST":
        return _discard(request, parcel) if "discard" in request.POST else _commit(request, parcel)
    report = parcel.report()
    context = {
        **site.each_context(request),
        "title": f"导入 {parcel.wanted.name}",
        "parcel": parcel,
        "report": report,
        "access": access.now(),
        "can_commit": parcel.waits and not report["committed"],
        "target_zh": _target_zh(parcel.wanted.target),
        "crs_told": dict(upload_form.CRS)[parcel.wanted.crs] if parcel.wanted.crs else "",
        "refused_url": reverse("admin:import-refused", args=[token]) if report["rows"]["refused"] else "",
    }
    return TemplateResponse(request, "layers/admin/import_report.html", context)


def _commit(request: HttpRequest, parcel: parcels.Parcel) -> HttpResponse:
    taken = parcel.take()
    if taken is None:
        messages.warning(request, "这个文件已经导入，或正在导入。")
        return redirect("admin:import-parcel", token=parcel.token)
    before = access.read()
    try:
        report = _run(request, parcel, taken)
    except ImportRefused as error:
        parcel.put_back(taken)
        messages.error(request, f"没有导入：{web_words(error.zh)}。")
        return redirect("admin:import-parcel", token=parcel.token)
    except BaseException:
        parcel.put_back(taken)
        raise
    parcel.write_report(report, taken)
    taken.unlink()
    if report.committed:
        _log(request, Release.objects.get(pk=report.release_id))
        messages.success(request, "已导入。")
        after = access.read()
        if before.open and not after.open:
            messages.warning(request, f"从这次导入起，{after.told['zh']}。")
    else:
        messages.error(request, "没有导入：所有行均被拒收，数据未改动。")
    return redirect("admin:import-parcel", token=parcel.token)


def _log(request: HttpRequest, release: Release) -> None:
    """Among the recent actions, like every other change."""
    LogEntry.objects.log_actions(
        request.user.pk or 0, [release], ADDITION, change_message=f"导入文件 {release.file_name}", single_object=True
    )


def _discard(request: HttpRequest, parcel: parcels.Parcel) -> HttpResponse:
    parcel.discard()
    messages.info(request, f"已放弃 {parcel.wanted.name}，文件已删除。")
    return redirect("admin:import")


@require_GET
def _refused(request: HttpRequest, site: AdminSite, token: str) -> FileResponse:
    """The refused rows as they stood, with reasons: a table that Excel opens in Chinese, and that is uploaded when mended."""
    parcel = _find(request, token)
    if not parcel.refused_path.is_file():
        raise Http404
    stem = parcel.wanted.name.rpartition(".")[0] or parcel.wanted.name
    return FileResponse(parcel.refused_path.open("rb"), as_attachment=True, filename=f"{stem}-拒收.csv",
                        content_type="text/csv; charset=utf-8")  # fmt: skip


@require_GET
def _template(request: HttpRequest, site: AdminSite, target: str) -> HttpResponse:
    """An empty table with the headings of a target, to be filled in Excel."""
    spec = next((spec for spec in upload_form.target_specs() if spec.target == target), None)
    if spec is None:
        raise Http404
    text = io.StringIO()
    csv.writer(text).writerow(map(guarded, _headings(spec)))
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{target}.csv"'
    return response


def _headings(spec: Spec) -> list[str]:
    position = {"point": ["lon", "lat"], "polygon": ["wkt"], "none": []}[spec.geometry]
    return [f.name for f in spec.dataset.fields if f.imported and f.name not in spec.scope] + position


def _find(request: HttpRequest, token: str) -> parcels.Parcel:
    parcel = parcels.find(token, request.user.pk or 0)
    if parcel is None or not (parcel.folder / "report.json").is_file():
        raise Http404("这个文件不存在，或已超过一天被删除。")
    return parcel


def _target_zh(target: str) -> str:
    return next(zh for _, group in upload_form.targets() for name, zh in group if name == target)


def web_words(text: str) -> str:
    """A message of the core with the page's names for the command's options."""
    for option, shown in _OPTIONS.items():
        text = text.replace(option, shown)
    return text


def _form_page(
    request: HttpRequest, site: AdminSite, form: Any, error: str = "", allowed: Any = None, status: int = 200
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": "导入文件",
        "access": access.now(),
        "form": form,
        "error": error,
        "allowed": allowed or [],
        "specs": [(spec, [f for f in spec.dataset.fields if f.imported and f.name not in spec.scope])
                  for spec in upload_form.target_specs()],
        "geometry_words": GEOMETRY_WORDS,
        "endings": upload_form.ENDINGS,
        "max_bytes": settings.IMPORT_MAX_BYTES,
        "max_mb": settings.IMPORT_MAX_BYTES >> 20,
    }  # fmt: skip
    return TemplateResponse(request, "layers/admin/import_form.html", context, status=status)
