// Totals of an area: of what is seen, of several regions, of what somebody draws. Loaded when it is first asked for.
import type { Map as GlMap } from "maplibre-gl";
import { ApiError, type AreaTotals, areaUrl, query } from "../api";
import type { Context } from "../context";
import { announce, debounce, h, icon, replace } from "../dom";
import { volumeText } from "../format";
import { inLanguage, language, t, tk } from "../i18n";
import { seen } from "../map/room";
import { divisionOf } from "../unit";
import { redraw } from "../ui/choices";
import type { Chart } from "../ui/chart-draw";
import { facilities } from "../ui/drawer-parts";
import { errorText, toast } from "../ui/notices";
import { reportButton } from "../ui/report-link";
import { draw, type Drawing, type Tool } from "./draw";
import { figures, method, nameOf, regions, terms } from "./parts";
import { boxText, circleOf, circleText, codesOf, type Kind, kindOf, METRES, REGIONS_MOST, regionsText } from "./shape";
import { Shown } from "./shown";

const SETTLE_MS = 300;
const CLICK_MS = 300; // a click follows the press that ended a drawing

/** What the panel asks of the page around it. */
export interface Around { raise(): void; lower(): void }
export interface Panel {
  /** Give up what is being drawn, or close; says whether there was anything. */
  escape(): boolean;
}

/** ``seek``: bring the first area into sight. */
export function mountArea(place: HTMLElement, context: Context, map: GlMap | null, around: Around, seek: boolean): Panel {
  const { store, data } = context;
  const kinds: Kind[] = map ? ["view", "regions", "lasso", "circle", "box"] : ["regions"];
  const shown = map && new Shown(map, context);
  let totals: AreaTotals | null = null; // the answer that is drawn
  let asked = "";
  let drawing: Drawing | null = null;
  let tool: Kind | null = null; // of what is being drawn
  let chart: Chart | null = null;

  const head = h("div", { class: "drawer-head" });
  const bar = h("div", { class: "area-bar" });
  const parts = {
    figures: h("section", { class: "figures" }), sources: h("section", { class: "block" }), chart: h("section", { class: "block" }), purposes: h("section", { class: "block" }),
    regions: h("section", { class: "block" }), facilities: h("section", { class: "block" }), method: h("section", { class: "block" }), take: h("section", { class: "block" }),
  };
  const canvas = h("div", { class: "chart", "data-testid": "area-chart", role: "img" });
  const body = h("div", { class: "drawer-body", tabindex: -1 }, Object.values(parts));
  const panel = h("section", { id: "area", role: "region", "data-testid": "area-panel" }, head, bar, body);
  place.append(panel);

  const area = () => store.state.area;
  const kind = () => tool ?? kindOf(area());
  /** The area as the server is asked for it; empty while the map is not there yet. */
  const wanted = (): string => (area() !== "view" ? area() : map ? boxText(seen(map)) : "");

  function close(): void {
    stop();
    store.set({ area: "" });
    document.querySelector<HTMLElement>("[data-testid=area]")?.focus();
  }
  function set(next: string): void {
    if (next) store.set({ area: next });
  }

  // The head: what it is of, the tools, and what each has to be told.
  function drawHead(): void {
    panel.setAttribute("aria-label", t("areaTool"));
    redraw(head,
      h("div", { class: "drawer-top" }, h("span", { class: "crumbs" }, t("areaTool")),
        h("button", { type: "button", class: "icon-button close", value: "close", "aria-label": t("close"), title: t("close"), "data-testid": "area-close", onclick: close }, icon("close"))),
      h("h2", { class: "region-name", "data-testid": "area-name" }, nameOf(context, kindOf(area()), totals)),
      h("div", { class: "area-tools", role: "group", "aria-label": t("areaHow") }, kinds.map((each) =>
        h("button", { type: "button", class: "area-tool", value: each, "aria-pressed": String(kind() === each), "data-testid": `area-${each}`, onclick: () => choose(each) }, icon(each), h("span", {}, tk("areaKind", each))))));
  }
  function drawBar(): void {
    const circle = tool ? null : circleOf(area());
    redraw(bar,
      h("p", { class: "hint", "data-testid": "area-how" }, how()),
      drawing ? h("div", { class: "take-row" },
        tool === "lasso" ? h("button", { type: "button", class: "button small", value: "finish", "data-testid": "area-finish", onclick: () => { if (!drawing?.finish()) announce(t("areaFew")); } }, t("areaFinish")) : null,
        h("button", { type: "button", class: "button small", value: "cancel", "data-testid": "area-cancel", onclick: stop }, t("areaCancel"))) : null,
      circle ? fields(circle) : null);
  }
  /** What the reader does next; where there is no map nothing can be clicked on it. */
  const how = (): string => (!map ? t("areaHowPlain") : tool || !["lasso", "circle", "box"].includes(kind()) ? tk("areaHow", kind()) : t("areaAgain"));
  /** A circle in figures: for the keyboard, and for a distance that a rule names. */
  function fields({ centre: [lon, lat], metres }: NonNullable<ReturnType<typeof circleOf>>): HTMLElement {
    const field = (name: "areaRadius" | "areaLon" | "areaLat", value: number, least: number, most: number) =>
      h("label", {}, h("span", {}, t(name)), h("input", { type: "number", name, value, min: least, max: most, step: name === "areaRadius" ? 1 : "any", required: true, "data-testid": name }));
    const form = h("form", { class: "area-circle", onsubmit: (event: Event) => { event.preventDefault(); take(); }, onchange: () => take() },
      field("areaRadius", metres, METRES.least, METRES.most), field("areaLon", lon, -180, 180), field("areaLat", lat, -85, 85));
    function take(): void {
      if (!form.reportValidity()) return;
      const [radius, east, north] = [...form.querySelectorAll("input")].map((input) => Number(input.value));
      set(circleText([east, north], radius));
    }
    return form;
  }

  function choose(next: Kind): void {
    stop();
    if (next === "view") return set("view");
    if (next === "regions") {
      if (kindOf(area()) === "regions") return;
      return set(regionsText([divisionOf(store.state.region) || context.city]));
    }
    begin(next);
  }
  function begin(next: Tool): void {
    tool = next;
    context.drawing = true;
    drawing = draw(map!, next, {
      draft: (draft) => { shown!.draft(draft); if (draft.metres) tellRadius(draft.metres); },
      done: (found) => {
        drawing = tool = null;
        shown!.draft(null);
        setTimeout(() => { context.drawing = drawing !== null; }, CLICK_MS);
        if (found) {
          set(found);
          around.raise();
        }
        drawHead();
        drawBar();
      },
    });
    around.lower();
    drawHead();
    drawBar();
    map!.getCanvas().focus({ preventScroll: true });
    announce(tk("areaHow", next));
  }
  const tellRadius = (metres: number): void => {
    const how = bar.querySelector("[data-testid=area-how]");
    if (how) how.textContent = `${t("areaRadius")} ${Math.round(metres).toLocaleString("en-US")}`;
  };
  function stop(): void {
    drawing?.cancel();
  }

  /** A region more, or one less. */
  function gather(code: string): void {
    const codes = codesOf(area());
    if (codes.includes(code)) return drop(code);
    const outer = codes.find((each) => code.startsWith(each));
    // The whole city is where one begins, and not what others are added to.
    const next = outer === context.city ? [code] : [...codes, code];
    if (outer && outer !== context.city) return announceToo(t("areaInside", { code: outer }));
    if (next.length > REGIONS_MOST) return announceToo(t("areaMost", { n: REGIONS_MOST }));
    set(regionsText(next));
  }
  function drop(code: string): void {
    const rest = codesOf(area()).filter((each) => each !== code);
    set(regionsText(rest.length ? rest : [context.city]));
  }
  const announceToo = (text: string): void => { toast(text, { kind: "warn" }); };

  function drawAll(): void {
    drawHead();
    if (!totals) return;
    const { as_of: version } = totals;
    figures(parts.figures, context, totals);
    terms(parts.sources, context, totals, "source");
    terms(parts.purposes, context, totals, "purpose");
    regions(parts.regions, context, totals, kindOf(area()) === "regions" && codesOf(area()).length > 1 ? drop : null);
    facilities(parts.facilities, context, totals, t("areaObjects"));
    method(parts.method, totals);
    const { period, boundaries } = store.state;
    const given = { area: totals.area.text, period, boundaries, ...selected() };
    const page = inLanguage("/reports/" + query(given));
    replace(parts.take, h("h3", {}, t("areaTake")), h("div", { class: "take-row area-reports" },
      reportButton({ ...given, formats: "pdf" }, t("reportPdf"), page, version.version), reportButton({ ...given, formats: "xlsx" }, t("areaXlsx"), page, version.version)));
    void drawMonths(totals);
  }
  /** What is selected of the usage, as a report is asked for it. */
  function selected(): Record<string, string> {
    const { source, purpose, resident } = context.filters;
    return Object.fromEntries(Object.entries({ source: source.join(","), purpose: purpose.join(","), resident }).filter(([, value]) => value));
  }
  async function drawMonths(of: AreaTotals): Promise<void> {
    parts.chart.hidden = of.volume_l === null || of.months.length < 2;
    if (parts.chart.hidden) return;
    replace(parts.chart, h("h3", {}, t("bySource")), canvas);
    canvas.setAttribute("aria-label", `${t("bySource")} · ${nameOf(context, kindOf(area()), of)}`);
    const { drawChart } = await import("../ui/chart-draw");
    if (of === totals) chart = drawChart(canvas, of, { meta: context.meta, period: store.state.period }, chart);
  }

  async function load(): Promise<void> {
    const text = wanted();
    if (!text) return;
    const url = areaUrl(text, store.state.period, context.filters);
    asked = url;
    panel.setAttribute("aria-busy", "true");
    if (!totals) replace(parts.figures, h("div", { class: "skeleton tall" }));
    try {
      const found = data.now<AreaTotals>(url) ?? (await data.get<AreaTotals>(url));
      if (asked !== url || !area()) return;
      totals = found;
      shown?.show(area() === "view" ? null : found.area.outline);
      drawAll();
      drawBar();
      const { bounds } = found.area;
      if (seek && bounds && area() !== "view") context.emit("go", { bounds });
      seek = false;
      if (area() !== "view") announce(`${nameOf(context, kind(), found)} ${volumeText(found.volume_l, language())}`);
    } catch (error) {
      if (asked !== url) return;
      refused(error);
    } finally {
      if (asked === url) panel.removeAttribute("aria-busy");
    }
  }
  /** What the server takes for no area is told, and not shown as another. */
  function refused(error: unknown): void {
    if (error instanceof ApiError && error.problem.param === "area" && area() !== "view") {
      const had = area();
      store.set({ area: "" });
      context.emit("missing", { part: "area", asked: had });
      return;
    }
    replace(parts.figures, h("p", { class: "hint" }, `${t("areaFailed")} ${errorText(error)}`), h("button", { type: "button", class: "button small", onclick: () => void load() }, t("retry")));
    for (const each of Object.values(parts)) if (each !== parts.figures) replace(each);
  }

  function visibility(): void {
    const open = area() !== "";
    document.body.classList.toggle("area-open", open);
    panel.hidden = !open;
    context.gather = open && kindOf(area()) === "regions" ? gather : null;
    if (open) return;
    totals = null;
    asked = "";
    shown?.show(null);
  }
  function begun(): void {
    visibility();
    if (!area()) return;
    drawHead();
    drawBar();
    void load();
  }
  const settle = debounce(() => { if (area() && !document.documentElement.dataset.playing) void load(); }, SETTLE_MS);
  map?.on("moveend", () => { if (area() === "view") settle(); });
  context.on("rest", () => settle());
  context.on("units", () => { if (area()) drawAll(); });
  store.subscribe((_, changed) => {
    if (changed.has("area")) {
      stop();
      begun();
      if (area()) body.scrollTo(0, 0);
    } else if (!area()) return;
    else if (["source", "purpose", "resident", "boundaries"].some((key) => changed.has(key as never))) void load();
    else if (changed.has("period")) settle();
    if (!area()) return;
    if (changed.has("lang")) { drawAll(); drawBar(); }
    if (changed.has("layers") && totals) {
      facilities(parts.facilities, context, totals, t("areaObjects"));
      setTimeout(() => shown?.light());
    }
  });
  begun();
  return {
    escape: () => {
      if (drawing) stop();
      else if (area()) close();
      else return false;
      return true;
    },
  };
}
