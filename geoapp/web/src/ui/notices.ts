// What the page says when something is missing or wrong, and what to do about it.
import { ApiError } from "../api";
import type { Context } from "../context";
import { announce, h, icon, replace } from "../dom";
import { t, tk } from "../i18n";

/** Whether the question itself was wrong: asking again cannot help. */
export const isRefused = (error: unknown): boolean => error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
export interface Action { text: string; run: () => void }
/** What to do about a question that was wrong: without the filters, or else from the whole city. */
export function wayOut(context: Context, home: () => void): Action {
  const { source, purpose, resident, period } = context.state;
  if (source.length || purpose.length || resident) return { text: t("reset"), run: () => context.store.set({ source: [], purpose: [], resident: "" }) };
  return { text: t("home"), run: () => { if (period !== context.store.defaultPeriod) context.store.set({ period: context.store.defaultPeriod }); home(); } };
}

export function errorText(error: unknown): string {
  if (error instanceof ApiError && error.problem.unseen) return t("offlineUnseen");
  if (error instanceof ApiError && isRefused(error) && error.problem.param) return t("errorParam", { param: tk("param", error.problem.param) });
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

/** A map that is not whole says so until it is: other lines come and go beside it. */
export function mountLostTiles(place: HTMLElement, context: Context): void {
  let asking = false;
  let retry = (): void => undefined;
  const draw = (): void => replace(place, h("div", { class: "toast warn", "data-testid": "lost-tiles" }, h("span", {}, t(asking ? "loading" : "errorTiles")),
    h("button", { type: "button", class: "button small", "data-testid": "lost-tiles-retry", disabled: asking, onclick: () => { asking = true; draw(); retry(); } }, t("retry"))));
  context.on("tiles", (news) => {
    asking = false;
    place.hidden = !news.lost;
    if (!news.lost) return void replace(place);
    retry = news.retry;
    draw();
    announce(t("errorTiles"));
  });
  context.store.subscribe((_, changed) => { if (changed.has("lang") && !place.hidden) draw(); });
}

let timer = 0;
/** A line at the top of the map that goes away; with something to do about it, it stays longer, or until it is closed. */
export function toast(text: string, { action, kind = "info", stays = false }: { action?: Action; kind?: string; stays?: boolean } = {}): void {
  const place = document.getElementById("toast")!;
  clearTimeout(timer);
  const hide = () => (place.hidden = true);
  replace(place, h("div", { class: `toast ${kind}`, "data-testid": "toast" }, h("span", {}, text),
    action ? h("button", { type: "button", class: "button small", "data-testid": "toast-action", onclick: () => { hide(); action.run(); } }, action.text) : null,
    h("button", { type: "button", class: "icon-button", "aria-label": t("close"), onclick: hide }, icon("close", 15))));
  place.hidden = false;
  announce(text);
  if (!stays) timer = window.setTimeout(hide, action ? 20_000 : 4000);
}
