// One click from a region to its printed report: asks for it, tells how far it is, and becomes the file.
import { ApiError, getJson, type RegionDetail, type ReportJob, type ReportJobs, reportJobsUrl, reportMakeUrl } from "../api";
import type { Context } from "../context";
import { announce, h } from "../dom";
import { inLanguage, language, t } from "../i18n";
import { regionOf } from "../unit";

const EVERY_MS = 800;
const DONE = 3, FAILED = 4;
type Told = ReportJob | "asking" | Error;

/** What became of each report that this page asked for: the drawer is drawn anew while one is being made. */
const asked = new Map<string, Told>();
/** Where the link of each stands, in the drawer and in what can be taken along, and how it is drawn anew. */
const redraws = new Map<string, Map<HTMLElement, () => void>>();

/** The page of reports, filled in with this region and period: where the link leads without a script, and after a refusal. */
function pageAddress(detail: RegionDetail, period: string): string {
  return inLanguage(`/reports/?region=${regionOf(detail)}&period=${period}`);
}

export function reportLink(detail: RegionDetail, context: Context): HTMLElement {
  const { period, boundaries } = context.state;
  return reportButton({ region: regionOf(detail), period, boundaries, formats: "pdf" }, t("reportPdf"), pageAddress(detail, period), detail.as_of.version);
}

/** The same of any report: what it is asked with, what is clicked, and where it leads without a script. */
export function reportButton(wanted: Record<string, string>, text: string, page: string, version: number): HTMLElement {
  const given = { ...wanted, lang: language() };
  const key = [...Object.values(given), version].join(" ");
  const place = h("span", { class: "report-link" });
  const redraw = (): void => draw(place, asked.get(key), text, page, () => void make(key, given));
  redraws.set(key, (redraws.get(key) ?? new Map<HTMLElement, () => void>()).set(place, redraw));
  redraw();
  return place;
}

function draw(place: HTMLElement, told: Told | undefined, text: string, page: string, ask: () => void): void {
  if (told instanceof Error) {
    place.replaceChildren(h("a", { href: page, title: told.message, "data-testid": "report-refused" }, t("reportFailed")));
  } else if (told === "asking" || (told && told.status < DONE)) {
    const percent = told === "asking" ? 0 : told.percent;
    const words = told === "asking" ? "" : told.step || told.told;
    place.replaceChildren(
      h("span", { "data-testid": "report-progress" }, t("reportMaking"), words ? ` · ${words} ` : " "),
      h("progress", { max: 100, value: percent, "aria-label": t("reportMaking") }));
  } else if (told) {
    const file = told.files[0];
    place.replaceChildren(h("a", { href: file.url, download: "", "data-testid": "report-file" }, t("reportTake"), " ", h("small", {}, file.size)));
  } else {
    const begin = (event: Event): void => { event.preventDefault(); ask(); };
    place.replaceChildren(h("a", { href: page, role: "button", onclick: begin, "data-testid": "report" }, text));
  }
}

function tell(key: string, told: Told): void {
  asked.set(key, told);
  const places = redraws.get(key);
  for (const [place, redraw] of places ?? []) {
    if (place.isConnected) redraw();
    else places!.delete(place);
  }
}

async function make(key: string, given: Record<string, string>): Promise<void> {
  tell(key, "asking");
  try {
    const list = await getJson<ReportJobs>(reportJobsUrl(given.lang));
    let job = (await post(given, list.csrf)).job;
    while (job.status < DONE) {
      tell(key, job);
      await new Promise((done) => setTimeout(done, EVERY_MS));
      job = await follow(job, given.lang);
    }
    if (job.status === FAILED) throw new Error(job.error);
    tell(key, job);
    announce(t("reportReady"));
    h("a", { href: job.files[0].url, download: "" }).click(); // what was clicked for
  } catch (error) {
    tell(key, error as Error);
    announce(t("reportFailed"));
  }
}

async function post(given: Record<string, string>, token: string): Promise<{ job: ReportJob }> {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const response = await fetch(reportMakeUrl, { method: "POST", headers, body: new URLSearchParams(given) });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(reportMakeUrl, response.status, body);
  return body;
}

/** The job as it is now; as it was, while the server does not answer. */
async function follow(job: ReportJob, lang: string): Promise<ReportJob> {
  const list = await getJson<ReportJobs>(reportJobsUrl(lang)).catch(() => null);
  if (!list) return job;
  const now = list.jobs.find((each) => each.id === job.id);
  if (!now) throw new Error(t("reportFailed"));
  return now;
}
