// What one object used: a chart by month and source, a table of years, and what its permits allow.
import { type Meta, type ObjectPermit, type ObjectUse, recordsUrl, type YearUse } from "./api";
import { h, heading, replace } from "./dom";
import { added, change, commonUnit, inOwnUnits, integer, monthShort, percent, periodText, volumeText } from "./format";
import { language, listed, t, term, words } from "./i18n";
import { drawChart } from "./ui/chart-draw";
import { OTHER_COLOR, SOURCE_COLORS } from "./ui/colors";
import { objectLink } from "./ui/object-link";

const MONTHS = Array.from({ length: 12 }, (_, m) => String(m + 1).padStart(2, "0"));

/** Headed at a level of the page's headings. → What ends it. */
export function showUse(place: HTMLElement, meta: Meta, use: ObjectUse, layer: string, level: number): () => void {
  if (use.closed) {
    replace(place, heading(level, {}, t("use")), h("p", { class: "hint", "data-testid": "use-closed" }, words(meta.access.why)));
    return () => undefined;
  }
  return inOwnUnits(() => draw(place, meta, use, layer, level));
}
function draw(place: HTMLElement, meta: Meta, use: ObjectUse, layer: string, level: number): () => void {
  const known = use.volume_l.some((litres) => litres !== null);
  const canvas = h("div", { class: "chart object-chart", role: "img", "aria-label": t("use"), "data-testid": "use-chart" });
  replace(place,
    heading(level, {}, t(use.points ? "useTaken" : "use"), !use.meters ? null : h("small", {}, t("useMeters", { n: integer(use.meters) }))),
    known ? [canvas, legend(meta, use)] : h("p", { class: "hint", "data-testid": "use-none" }, t("useNone")),
    use.provisional.length ? h("p", { class: "fine", "data-testid": "use-provisional" }, t("provisionalChart", { months: listed(use.provisional.map((month) => periodText(month, language()))) })) : null,
    points(use),
    shared(use),
    known ? years(use) : null,
    layer === "permit" ? null : permits(use.permits, use.years, level + 1),
    known && use.records ? h("p", { class: "use-take" }, t("useTake"), " ", ["csv", "xlsx"].map((form) =>
      h("a", { class: "button small", href: recordsUrl(form, use.records!), download: "", "data-testid": `use-${form}` }, form.toUpperCase()))) : null);
  const chart = known ? drawChart(canvas, { ...use, provisional_months: use.provisional }, { meta, period: "", own: true }, null) : null;
  return () => chart?.instance.dispose();
}

function legend(meta: Meta, use: ObjectUse): HTMLElement {
  const rows = use.by_source_month.filter((row) => row.volume_l.some((litres) => (litres ?? 0) !== 0));
  return h("ul", { class: "chart-legend" }, rows.map((row) =>
    h("li", {}, h("i", { style: `background:${SOURCE_COLORS[row.source] ?? OTHER_COLOR}` }), term(meta, "source", row.source))));
}

/** What a permit allows and how much of it is metered: litres are of what is, and may be less than was taken. */
function points(use: ObjectUse): HTMLElement | null {
  if (!use.points?.length) return null;
  const rows = use.points.map(({ kind, count, metered }) => t(kind === "intakes" ? "pointsIntakes" : kind === "wells" ? "pointsWells" : "pointsUsers", { n: integer(count), m: integer(metered), k: integer(count - metered) }));
  return h("p", { class: "hint", "data-testid": "use-points" }, rows.join(t("pointsJoin")), t("pointsEnd"), partly(use) && use.years.length ? ` ${t("pointsPartly")}` : "");
}
const partly = (use: ObjectUse): boolean => Boolean(use.points?.some(({ count, metered }) => metered < count));

/** Meters that are others' as well are counted whole. */
function shared(use: ObjectUse): HTMLElement | null {
  const found = use.shared;
  if (!found) return null;
  const text = found.users
    ? t("useUsers", { n: integer(found.users) })
    : t("useShared", { n: integer(found.meters ?? 0), v: volumeText(found.volume_l ?? null, language()), l: integer(found.volume_l ?? 0) });
  return h("p", { class: "hint", "data-testid": "use-shared", "data-litres": found.volume_l ?? "" }, text);
}

/** A year a row: twelve months and their sum in one unit, against the same months of the year before and the permits. */
function years(use: ObjectUse): HTMLElement {
  const lang = language();
  const litres = new Map(use.months.map((month, m) => [month, use.volume_l[m]]));
  const unit = commonUnit(Math.max(...use.volume_l.map((each) => each ?? 0)), lang);
  const permitted = use.years.some((year) => year.permitted_l !== null);
  return h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("useByMonth") }, h("table", { class: "use-table", "data-testid": "use-table" },
    h("caption", {}, t("useByMonth"), h("small", {}, unit.name)),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("useYear")), MONTHS.map((month) => h("th", { scope: "col" }, monthShort(`0000-${month}`, lang))),
      h("th", { scope: "col" }, t("useSum")), h("th", { scope: "col" }, t("changeYear")),
      permitted ? [h("th", { scope: "col" }, t("usePermitted")), h("th", { scope: "col" }, t("useOfPermitted"))] : null)),
    h("tbody", {}, [...use.years].reverse().map((year) => h("tr", { "data-year": year.year },
      h("th", { scope: "row", class: "num" }, year.year),
      MONTHS.map((month) => {
        const value = litres.get(`${year.year}-${month}`);
        const open = use.provisional.includes(`${year.year}-${month}`);
        return h("td", { title: open ? t("provisional") : undefined, class: value === null || value === undefined ? "none" : "", "data-month": `${year.year}-${month}`, "data-litres": value ?? "" }, unit.text(value), open ? "*" : "");
      }),
      h("td", { class: "sum", "data-testid": "use-year", "data-litres": year.volume_l }, unit.text(year.volume_l)),
      h("td", { title: year.like ? t("useLike", { months: periodText(year.like, lang) }) : "" }, change(year.change)),
      permitted ? [h("td", {}, unit.text(year.permitted_l)), h("td", { class: (year.of_permitted ?? 0) > 1 ? "over" : "", "data-testid": "use-of-permitted" }, year.of_permitted !== null && partly(use) ? t("atLeast", { v: percent(year.of_permitted) }) : percent(year.of_permitted))] : null)))));
}

function permits(list: ObjectPermit[], of: YearUse[], level: number): HTMLElement | null {
  if (!list.length) return null;
  const unsaid = of.length && of.every((year) => year.of_permitted === null) && added(list.map((each) => each.others));
  return h("div", { class: "permits", "data-testid": "permits" },
    heading(level, {}, t("link_permits")),
    h("ul", {}, list.map((each) => h("li", {}, objectLink("permit", each.code, { class: "num" }, each.code), " · ",
      each.permitted_l_per_year === null ? t("empty") : t("permitYearly", { v: volumeText(each.permitted_l_per_year, language()) }), " · ",
      each.valid_from || each.valid_to ? t("permitValid", { from: each.valid_from ?? "…", to: each.valid_to ?? "…" }) : t("permitNoTerm"),
      each.others ? h("small", {}, ` · ${t("permitOthers", { n: each.others })}`) : null))),
    unsaid ? h("p", { class: "fine" }, t("permitShared")) : null);
}
