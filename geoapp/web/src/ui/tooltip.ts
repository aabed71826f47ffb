// What is under the pointer, in words and figures; of two linked maps in those of both.
import type { Context, Hover, Shown } from "../context";
import { h, replace } from "../dom";
import { change, density, percent, periodText, shareOf, volume } from "../format";
import { language, t, tk } from "../i18n";
import { ENTRIES, isChange } from "../measures";
import { provisionalOf, provisionalText } from "../provisional";
import type { Measure } from "../state";
import { type Figures, figuresOf } from "../values";
import { apart, figureOf, numberOf } from "./figure";
import { countText, placeText } from "./measure-note";

/** What a map has of a place. */
const valueOf = ({ shown }: Context, { code, cell }: Hover): Figures | undefined => (cell ? figuresOf(cell) : shown?.picture.values.get(code));
/** Whom it is divided by, or among how many years it stands. */
function besideMain(measure: Measure, { people, standing }: Figures): HTMLElement | null {
  const kind = ENTRIES[measure].people;
  const count = kind && people?.[kind];
  if (kind) return h("p", { class: "hover-about" }, count ? countText(kind, count) : t("countNone"));
  if (!ENTRIES[measure].ofMonth) return null;
  return h("p", { class: "hover-about" }, standing ? placeText(standing) : t("standingNone"));
}
/** Which months of a place's figure may still change. */
function openMonths({ shown }: Context, code: string): HTMLElement | null {
  const told = shown ? provisionalText(provisionalOf(shown.series, shown.period, code), shown.period) : "";
  return told ? h("p", { class: "hover-about provisional" }, told) : null;
}

/** The figures of both maps, and their difference where they are of one measure. */
function both(context: Context, hover: Hover): HTMLElement[] {
  const second = context.second!;
  const other: Hover = hover.cell ? { ...hover, cell: second.cellAt(hover.at) ?? undefined } : hover;
  const [one, two] = [context.state, second.context.state];
  const values = [valueOf(context, hover), hover.cell && !other.cell ? undefined : valueOf(second.context, other)];
  const row = (number: number, { period, measure }: typeof one, value: Figures | undefined) => {
    const figure = figureOf(measure, value);
    return [h("dt", {}, h("b", { class: "map-number" }, number), " ", periodText(period, language()), one.measure === two.measure ? null : ` ${tk("measure", measure)}`), h("dd", {}, `${figure.number} ${figure.unit}`)];
  };
  const [first, last] = values.map((value, i) => numberOf(i ? two.measure : one.measure, value));
  const told = h("dl", { class: "of-both", "data-testid": "tooltip-both" },
    row(1, one, values[0]), row(2, two, values[1]),
    one.measure === two.measure ? [h("dt", {}, t("secondApart")), h("dd", { "data-testid": "tooltip-apart" }, apart(one.measure, first, last))] : null);
  return [told, ...[context, second.context].map((each) => openMonths(each, hover.code)).filter((each) => each !== null)];
}

function details(context: Context, shown: Shown, value: Figures, { cell }: Hover): HTMLElement {
  const { measure, picture } = shown;
  const lang = language();
  const dense = value.m3_per_km2 === null ? null : density(value.m3_per_km2, lang);
  const figure = volume(value.volume_l, lang);
  return h("dl", {},
    measure !== "volume" ? [h("dt", {}, t("total")), h("dd", {}, `${figure.number} ${figure.unit}`)] : null,
    measure !== "per_km2" && dense ? [h("dt", {}, t("per_km2")), h("dd", {}, `${dense.number} ${dense.unit}`)] : null,
    picture.total_l ? [h("dt", {}, t("shareOf", { parent: context.nameOf(context.city, context.meta.city.name) })), h("dd", {}, percent(shareOf(value.volume_l, picture.total_l)))] : null,
    !isChange(measure) && value.change !== null ? [h("dt", {}, t(changeKey(measure))), h("dd", {}, change(value.change))] : null,
    cell ? [h("dt", {}, t("byArea")), h("dd", {}, percent(cell.share))] : null);
}
const changeKey = (measure: Measure) => (measure === "change_year" ? "changeYear" : measure === "ratio" || measure === "difference" ? "changeVersus" : "changePrevious");

/** The figure that the map shows of a place, and what belongs to it. */
function alone(context: Context, shown: Shown | null, hover: Hover): (HTMLElement | null)[] {
  const value = valueOf(context, hover);
  if (!shown || !value) return [h("div", { class: "main" }, h("b", { class: "num" }, "—")), h("p", {}, t("noData"))];
  const { number, unit } = figureOf(shown.measure, value);
  return [
    h("div", { class: "main" }, h("b", { class: "num" }, number), " ", isChange(shown.measure) ? t(changeKey(shown.measure)) : unit),
    besideMain(shown.measure, value), openMonths(context, hover.code), details(context, shown, value, hover)];
}

export function mountTooltip(place: HTMLElement, context: Context): void {
  let last = "";
  context.on("hover", (hover) => {
    place.hidden = !hover;
    if (!hover) return void (last = "");
    const { shown, second } = context;
    const key = [hover.object, hover.code, shown?.period, shown?.measure, hover.cell?.volume_l, second && Object.values(context.state.second ?? {})].join("/");
    if (key !== last) {
      last = key;
      replace(place,
        hover.object ? h("p", { class: "hover-object" }, hover.object) : null,
        h("strong", {}, hover.name), hover.cell ? h("small", { class: "num hover-code" }, ` ${hover.code.slice(4, 16)}`) : null,
        second ? both(context, hover) : alone(context, shown, hover));
    }
    const width = place.offsetWidth;
    const height = place.offsetHeight;
    const x = hover.x + 18 + width > innerWidth ? hover.x - width - 14 : hover.x + 18;
    const y = Math.min(Math.max(8, hover.y - height / 2), innerHeight - height - 8);
    place.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  });
}
