// The time bar: a column for each month's total, a slider over months or years, play, and the kind of period.
import type { Series } from "../api";
import type { Context, Shown } from "../context";
import { calm, h, icon, replace } from "../dom";
import { monthShort, periodText, volumeText } from "../format";
import { language, t, tk } from "../i18n";
import { convert, kindOf, monthsOf, type PeriodKind, steps, years } from "../periods";
import { isPartly, provisionalOf } from "../provisional";
import { segmented } from "./choices";

const PACE_MS = 1000;

export function mountTimebar(place: HTMLElement, context: Context): void {
  const { store, meta } = context;
  const { months } = meta;
  const kinds: PeriodKind[] = years(months).length > 1 ? ["month", "year", "range"] : ["month", "year"];
  let timer = 0;
  /** The months that are provisional anywhere. */
  let provisional: ReadonlySet<string> = new Set();
  let totals: readonly (number | null)[] = [];

  const playButton = h("button", { type: "button", class: "round", "data-testid": "play", onclick: () => (timer ? stop() : play()) });
  const label = h("output", { class: "period", "data-testid": "period", for: "slider" });
  const total = h("small", { class: "period-total num" });
  const tag = h("small", { class: "tag provisional-tag", "data-testid": "period-provisional", hidden: true });
  const kindPlace = h("div", {});
  const columns = h("div", { class: "columns", "aria-hidden": "true" });
  const slider = h("input", { type: "range", id: "slider", "data-testid": "slider", min: 0, step: 1, oninput: () => { stop(); choose(Number(slider.value)); } });
  const axis = h("div", { class: "axis", "aria-hidden": "true" });
  replace(place,
    h("div", { class: "time-head" }, playButton, h("div", { class: "time-label" }, label, " ", tag, total), kindPlace),
    h("div", { class: "time-track" }, columns, slider, axis));

  const kind = () => kindOf(store.state.period);
  const stops = () => steps(kind(), months);
  const choose = (index: number) => store.set({ period: stops()[index] });

  function play(): void {
    if (kind() !== "month") store.set({ period: years(months).length > 1 && kind() === "year" ? stops()[0] : monthsOf(store.state.period, months)[0] });
    else if (stops().indexOf(store.state.period) === stops().length - 1) choose(0);
    timer = window.setInterval(() => {
      const next = stops().indexOf(store.state.period) + 1;
      if (next >= stops().length) stop();
      else choose(next);
    }, calm() ? PACE_MS * 1.5 : PACE_MS);
    document.documentElement.dataset.playing = "1";
    drawButton();
  }
  function stop(): void {
    if (!timer) return;
    clearInterval(timer);
    timer = 0;
    delete document.documentElement.dataset.playing;
    drawButton();
    context.emit("rest", null);
  }
  function drawButton(): void {
    replace(playButton, icon(timer ? "pause" : "play", 20));
    playButton.setAttribute("aria-label", t(timer ? "pause" : "play"));
    playButton.title = t(timer ? "pause" : "play");
  }
  function drawColumns(): void {
    const most = Math.max(...totals.map((each) => each ?? 0), 1);
    const chosen = new Set(monthsOf(store.state.period, months));
    const lang = language();
    if (columns.childElementCount !== months.length) {
      replace(columns, months.map((month) => h("span", { class: "column", "data-month": month, onclick: () => { stop(); store.set({ period: month }); } }, h("i"))));
    }
    [...columns.children].forEach((column, i) => {
      column.classList.toggle("on", chosen.has(months[i]));
      column.classList.toggle("provisional", provisional.has(months[i]));
      column.classList.toggle("no-data", totals.length > 0 && totals[i] === null);
      (column.firstElementChild as HTMLElement).style.height = `${totals.length ? Math.max(4, ((totals[i] ?? 0) / most) * 100) : 4}%`;
      (column as HTMLElement).title = totals.length ? t("monthOf", { month: periodText(months[i], lang), value: volumeText(totals[i], lang) }) + (provisional.has(months[i]) ? ` ${t("provisionalMark")}` : "") : "";
    });
  }
  function drawAxis(): void {
    const lang = language();
    const long = months.length > 24;
    replace(axis, months.map((month) => {
      const january = month.endsWith("-01");
      if (long) return h("span", { class: january ? "year" : "" }, january ? month.slice(0, 4) : "");
      return h("span", { class: january ? "year" : "" }, monthShort(month, lang));
    }));
  }
  function draw(): void {
    const { period } = store.state;
    const all = stops();
    const lang = language();
    label.textContent = periodText(period, lang);
    label.dataset.period = period;
    slider.max = String(all.length - 1);
    slider.value = String(Math.max(0, all.indexOf(period)));
    slider.disabled = all.length < 2;
    slider.dataset.kind = kind();
    slider.setAttribute("aria-label", t(kind() === "year" ? "yearSlider" : "monthSlider"));
    slider.setAttribute("aria-valuetext", label.textContent);
    slider.style.setProperty("--steps", String(all.length));
    replace(kindPlace, segmented("period-kind", t("periodLabel"), kinds.map((value) => ({ value, text: tk("kind", value) })), kind(), (value) => {
      stop();
      store.set({ period: convert(store.state.period, value as PeriodKind, months) });
      kindPlace.querySelector<HTMLInputElement>("input:checked")?.focus();
    }));
    drawButton();
    drawColumns();
  }
  function onShown({ series, picture }: Shown): void {
    place.classList.remove("no-figures");
    total.textContent = volumeText(picture.total_l, language());
    total.dataset.of = context.nameOf(context.city, context.meta.city.name); // a selected region has its own figure above
    const open = provisionalOf(series, store.state.period).length > 0;
    tag.textContent = open ? t(isPartly(series, store.state.period) ? "provisionalSome" : "provisional") : "";
    tag.hidden = !tag.textContent;
    // A series of part of the months (villages of a long city) says nothing of the others: the first level has them all.
    if (series.months.length < months.length) return void drawTotals();
    totals = series.total_l;
    provisional = marked(series);
    drawColumns();
  }
  async function drawTotals(): Promise<void> {
    const asked = JSON.stringify(context.filters);
    const all = await context.data.series(context.first, store.state.period, context.filters).catch(() => null);
    if (!all || asked !== JSON.stringify(context.filters)) return;
    provisional = marked(all);
    totals = months.map((month) => all.total_l[all.months.indexOf(month)] ?? null);
    drawColumns();
  }
  const marked = (series: Series): ReadonlySet<string> => new Set(series.provisional.map(({ month }) => month));
  draw();
  drawAxis();
  context.on("shown", onShown);
  context.on("units", () => { if (context.shown) onShown(context.shown); });
  context.on("failed", ({ what }) => {
    if (what !== "series") return;
    // No columns at all: low ones would say that little was used.
    place.classList.add("no-figures");
    total.textContent = "";
    totals = [];
    drawColumns();
  });
  store.subscribe((_, changed) => {
    if (changed.has("period") || changed.has("lang")) draw();
    if (changed.has("lang")) drawAxis();
  });
}
