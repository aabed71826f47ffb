// What the page says when something is missing or wrong, and what to do about it.
import { ApiError } from "../api";
import { announce, h, icon, replace } from "../dom";
import { t } from "../i18n";

export function errorText(error: unknown): string {
  if (error instanceof ApiError && error.status) return t("errorStatus", { status: error.status, detail: error.message });
  return t("errorServer");
}

/** The whole page failed to start. */
export function showError(place: HTMLElement, error: unknown, retry: () => void): void {
  replace(place, h("div", { class: "notice", role: "alert", "data-testid": "error" },
    icon("warn", 34), h("h2", {}, t("errorTitle")), h("p", {}, errorText(error)),
    h("button", { type: "button", class: "button primary", "data-testid": "retry", onclick: retry }, t("retry"))));
  place.hidden = false;
}
export function showUnsupported(place: HTMLElement): void {
  replace(place, h("div", { class: "notice", role: "alert", "data-testid": "error" }, icon("warn", 34), h("h2", {}, t("errorTitle")), h("p", {}, t("errorWebgl"))));
  place.hidden = false;
}

const STEPS = [
  "./shuitu manage import_layer reporting_unit units.csv --commit",
  "./shuitu manage import_layer region regions.gpkg --commit",
  "./shuitu manage import_layer facility facilities.xlsx --commit",
  "./shuitu manage import_layer usage usage-2024-01.csv --commit",
];
/** A database without regions or without use: say how to fill it. */
export function showEmpty(place: HTMLElement): void {
  replace(place, h("div", { class: "notice wide", "data-testid": "empty" },
    icon("info", 34), h("h2", {}, t("emptyTitle")), h("p", {}, t("emptyText")),
    h("ol", { class: "commands" }, STEPS.map((step) => h("li", {}, h("code", {}, step)))),
    h("p", {}, t("emptyDemo"), " ", h("code", {}, "./shuitu manage demo")),
    h("p", {}, h("a", { href: "/about" }, t("about")), " · ", t("emptyDocs"))));
  place.hidden = false;
}

let timer = 0;
/** A line at the top of the map that goes away; with a way to try again it stays longer. */
export function toast(text: string, retry?: () => void, kind = "info"): void {
  const place = document.getElementById("toast")!;
  clearTimeout(timer);
  const hide = () => (place.hidden = true);
  replace(place, h("div", { class: `toast ${kind}`, "data-testid": "toast" }, h("span", {}, text),
    retry ? h("button", { type: "button", class: "button small", onclick: () => { hide(); retry(); } }, t("retry")) : null,
    h("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: hide }, icon("close", 15))));
  place.hidden = false;
  announce(text);
  timer = window.setTimeout(hide, retry ? 20_000 : 4000);
}
