// What is under the pointer, in words and figures.
import type { Context } from "../context";
import { h, replace } from "../dom";
import { change, density, percent, shareOf, volume } from "../format";
import { language, t } from "../i18n";
import { ENTRIES, isChange } from "../measures";
import { provisionalOf, provisionalText } from "../provisional";
import type { Measure } from "../state";
import { type Figures, figuresOf } from "../values";
import { countText, placeText } from "./measure-note";

/** The measure that is shown, of a place: a difference with its sign. */
function mainOf(measure: Measure, figures: Figures | undefined): [string, string] {
  const value = figures ? ENTRIES[measure].of(figures) : null;
  const { number, unit } = ENTRIES[measure].told(value);
  return [measure === "difference" && value !== null && value > 0 ? `+${number}` : number, unit];
}
/** Whom it is divided by, or among how many years it stands. */
function besideMain(measure: Measure, { people, standing }: Figures): HTMLElement | null {
  const kind = ENTRIES[measure].people;
  const count = kind && people?.[kind];
  if (kind) return h("p", { class: "hover-about" }, count ? countText(kind, count) : t("countNone"));
  if (!ENTRIES[measure].ofMonth) return null;
  return h("p", { class: "hover-about" }, standing ? placeText(standing) : t("standingNone"));
}

export function mountTooltip(place: HTMLElement, context: Context): void {
  let last = "";
  context.on("hover", (hover) => {
    place.hidden = !hover;
    if (!hover) return void (last = "");
    const { shown } = context;
    const key = `${hover.object}/${hover.code}/${shown?.period}/${shown?.measure}/${hover.cell?.volume_l}`;
    if (key !== last) {
      last = key;
      const inRegion = shown?.picture.values.get(hover.code);
      const { cell } = hover;
      const value: Figures | undefined = cell ? figuresOf(cell) : inRegion;
      const lang = language();
      const figure = value && volume(value.volume_l, lang);
      const dense = value?.m3_per_km2 != null ? density(value.m3_per_km2, lang) : null;
      const which = shown?.measure === "change_year" ? "changeYear" : shown?.measure === "ratio" || shown?.measure === "difference" ? "changeVersus" : "changePrevious";
      const measure = shown?.measure ?? "volume";
      const open = shown ? provisionalText(provisionalOf(shown.series, shown.period, hover.code), shown.period) : "";
      const main = isChange(measure) ? [change(value?.change), t(which)] : mainOf(measure, value);
      replace(place,
        hover.object ? h("p", { class: "hover-object" }, hover.object) : null,
        h("strong", {}, hover.name), cell ? h("small", { class: "num hover-code" }, ` ${hover.code.slice(4, 16)}`) : null,
        h("div", { class: "main" }, h("b", { class: "num" }, main[0]), " ", main[1]),
        value ? besideMain(measure, value) : null,
        open ? h("p", { class: "hover-about provisional" }, open) : null,
        value ? h("dl", {},
          shown!.measure !== "volume" ? [h("dt", {}, t("total")), h("dd", {}, `${figure!.number} ${figure!.unit}`)] : null,
          shown!.measure !== "per_km2" && dense ? [h("dt", {}, t("per_km2")), h("dd", {}, `${dense.number} ${dense.unit}`)] : null,
          shown!.picture.total_l ? [h("dt", {}, t("shareOf", { parent: context.nameOf(context.city, context.meta.city.name) })), h("dd", {}, percent(shareOf(value.volume_l, shown!.picture.total_l)))] : null,
          !isChange(shown!.measure) && value.change !== null ? [h("dt", {}, t(which)), h("dd", {}, change(value.change))] : null,
          cell ? [h("dt", {}, t("byArea")), h("dd", {}, percent(cell.share))] : null)
          : h("p", {}, t("noData")));
    }
    const width = place.offsetWidth;
    const height = place.offsetHeight;
    const x = hover.x + 18 + width > innerWidth ? hover.x - width - 14 : hover.x + 18;
    const y = Math.min(Math.max(8, hover.y - height / 2), innerHeight - height - 8);
    place.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  });
}
