// Several regions' lines in one chart, chosen from the table or by the selected region. Kept in the address; the figures are the series'.
import type { Series } from "../api";
import { type Context, isMapLevel, type MapLevel } from "../context";
import { h, icon, replace } from "../dom";
import { commonUnit, monthShort, volumeText } from "../format";
import { language, t } from "../i18n";
import { LINE_COLORS } from "./colors";
import type { Lines } from "./lines-draw";

export interface Line { code: string; name: string; volume_l: (number | null)[]; color: string }

export function mountLines(place: HTMLElement, context: Context, known: (code: string) => string | undefined): void {
  const { store, data } = context;
  const title = h("h3", {});
  const list = h("ul", { class: "chart-legend lines-legend", "data-testid": "lines-legend" });
  const canvas = h("div", { class: "chart", role: "img", "data-testid": "lines-chart" });
  const table = h("table", { class: "visually-hidden" });
  const missing = h("p", { class: "fine", "data-testid": "lines-missing", hidden: true });
  const heading = h("div", { class: "lines-head" });
  replace(place, heading, list, canvas, missing, table);
  let chart: Lines | null = null;
  let ticket = 0;

  /** Of each level the series that is here, else it is asked for. */
  async function series(level: MapLevel): Promise<Series> {
    const { period } = store.state;
    return data.seriesNow(level, period, context.filters) ?? data.series(level, period, context.filters);
  }
  async function read(): Promise<{ lines: Line[]; months: string[]; lost: string[] }> {
    const { beside } = store.state;
    const levels = [...new Set(beside.map((code) => context.levelOf(code)))].filter(isMapLevel);
    const found = new Map(await Promise.all(levels.map(async (level) => [level, await series(level)] as const)));
    const first = [...found.values()].sort((a, b) => a.months.length - b.months.length)[0];
    const months = first?.months ?? [];
    const lines: Line[] = [];
    const lost: string[] = [];
    for (const [i, code] of beside.entries()) {
      const level = context.levelOf(code);
      const of = isMapLevel(level) ? found.get(level) : undefined;
      const row = of?.codes.indexOf(code) ?? -1;
      if (!of || row < 0) lost.push(code);
      else lines.push({ code, name: await named(code), color: LINE_COLORS[i], volume_l: months.map((month) => of.volume_l[row][of.months.indexOf(month)] ?? null) });
    }
    return { lines, months, lost };
  }
  /** Its name as the table has it, else as the region itself says. */
  async function named(code: string): Promise<string> {
    const name = known(code) ?? (await data.region(code, store.state.period, context.filters).then((detail) => detail.name, () => code));
    return context.nameOf(code, name);
  }
  async function draw(): Promise<void> {
    const mine = ++ticket;
    const { beside, table: open, period } = store.state;
    place.hidden = !open || !beside.length;
    if (place.hidden) return;
    try {
      const { lines, months, lost } = await read();
      if (mine !== ticket) return;
      const lang = language();
      const most = Math.max(...lines.flatMap((line) => line.volume_l.map((litres) => litres ?? 0)), 1);
      const unit = commonUnit(most, lang);
      title.textContent = t("besideTitle");
      replace(title, t("besideTitle"), h("small", {}, unit.name));
      replace(heading, title, h("button", { type: "button", class: "reset", "data-testid": "beside-clear", onclick: () => store.set({ beside: [] }) }, t("besideClear")));
      replace(list, lines.map((line) => h("li", { "data-code": line.code }, h("i", { style: `background:${line.color}` }), h("span", {}, line.name),
        h("button", { type: "button", class: "crumb", "aria-label": t("besideRemove", { name: line.name }), title: t("besideRemove", { name: line.name }), onclick: () => store.set({ beside: beside.filter((code) => code !== line.code) }) }, icon("close", 12)))));
      missing.hidden = !lost.length;
      missing.textContent = t("besideLost", { codes: lost.join(", ") });
      replace(table, h("caption", {}, t("besideTitle")), h("tr", {}, h("th", {}, t("region")), months.map((month) => h("th", {}, monthShort(month, lang)))),
        lines.map((line) => h("tr", { "data-code": line.code }, h("th", {}, line.name), line.volume_l.map((litres) => h("td", { "data-litres": litres ?? "" }, volumeText(litres, lang))))));
      canvas.setAttribute("aria-label", `${t("besideTitle")}: ${lines.map((line) => line.name).join(", ")}`);
      const { drawLines } = await import("./lines-draw");
      if (mine !== ticket) return;
      chart = drawLines(canvas, lines, months, period, unit, chart);
      canvas.dataset.drawn = lines.map((line) => line.code).join();
    } catch (error) {
      if (mine === ticket) context.emit("failed", { what: "chart", error, retry: () => void draw() });
    }
  }
  void draw();
  context.on("units", () => void draw());
  store.subscribe((_, changed) => {
    if (["beside", "table", "lang", "period", "source", "purpose", "resident", "boundaries"].some((key) => changed.has(key as never))) void draw();
  });
}
