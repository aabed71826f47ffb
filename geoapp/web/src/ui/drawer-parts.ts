// Parts of the region drawer that are drawn from one answer: heading, figures, purposes, facilities.
import type { RegionDetail } from "../api";
import type { Context } from "../context";
import { h, icon, replace } from "../dom";
import { added, area, change, density, integer, percent, periodText, shareOf, volume, volumeText } from "../format";
import { language, listed, t, term, tk, words } from "../i18n";
import { ENTRIES } from "../measures";
import { badgeElement } from "../map/icons";
import { monthsOf } from "../periods";
import { provisionalText } from "../provisional";
import { isCompare } from "../state";
import { regionOf } from "../unit";
import type { RegionValue } from "../values";
import { redraw } from "./choices";
import { OTHER_COLOR, PURPOSE_COLORS } from "./colors";
import { filterWords } from "./filters";
import { followedNote } from "./followed";
import { countedText, standingText } from "./measure-note";
import { printedMark, printedNote } from "./printed";
import { redrawnNote } from "./redrawn";
import { reportLink } from "./report-link";

export function head(place: HTMLElement, context: Context, detail: RegionDetail, select: (code: string) => void, close: () => void): void {
  const above = detail.path.filter((step) => step.code !== detail.code);
  const boundary = detail.boundary;
  const tag = boundary?.synthetic ? t("boundarySynthetic") : boundary?.quality === "simplified" ? t("boundarySimplified") : "";
  redraw(place,
    h("div", { class: "drawer-top" },
      h("nav", { class: "crumbs", "aria-label": t("up"), "data-testid": "breadcrumb" },
        above.map((step) => [
          h("button", { type: "button", class: "crumb", "data-code": step.code, value: step.code, onclick: () => select(step.code) }, context.nameOf(step.code, step.name)),
          h("span", { "aria-hidden": "true" }, "/")]),
        h("span", { class: "crumb-here" }, tk("level", detail.level))),
      h("button", { type: "button", class: "icon-button close", value: "close", "aria-label": t("close"), title: t("close"), "data-testid": "drawer-close", onclick: close }, icon("close"))),
    h("h2", { class: "region-name", "data-testid": "region-name", "data-code": detail.code }, context.nameOf(regionOf(detail), detail.name)),
    h("p", { class: "region-sub" },
      h("span", { class: "num" }, detail.code),
      tag ? h("span", { class: `tag${boundary?.synthetic ? " synthetic" : ""}`, title: boundary?.source, "data-testid": "boundary-quality" }, tag) : null,
      detail.level === "city" ? null : h("button", { type: "button", class: "area-add", value: "area-add", "data-testid": "area-add", onclick: () => context.store.set({ area: `regions:${detail.code}`, drawer: true }) }, t("areaAdd")),
      detail.level === "village" ? null : reportLink(detail, context)));
}

function cell(label: string, value: string, unit = "", kind = ""): HTMLElement {
  return h("div", { class: `figure ${kind}` }, h("dt", {}, label), h("dd", {}, h("b", { class: "num" }, value), unit ? h("small", {}, unit) : null));
}

export function figures(place: HTMLElement, context: Context, value: RegionValue | null, detail: RegionDetail | null, share: number | null): void {
  if (!value) return;
  const lang = language();
  const { period, measure } = context.state;
  const total = volume(value.volume_l, lang);
  const dense = value.m3_per_km2 === null ? null : density(value.m3_per_km2, lang);
  const parent = detail && detail.path.length > 1 ? detail.path[detail.path.length - 2] : null;
  const direction = value.change === null ? "" : value.change > 0.0005 ? "up" : value.change < -0.0005 ? "down" : "";
  replace(place,
    h("div", { class: "hero" },
      h("p", {}, [periodText(period, lang), filterWords(context) || t("total")].join(" · ")),
      h("div", { class: "hero-value", "data-testid": "region-total", "data-litres": value.volume_l ?? "" },
        h("b", { class: "num" }, total.number), h("span", {}, total.unit), detail ? printedMark(wholeNotes(context, detail), "total") : null,
        detail && ofPeriod(context, detail) && detail.provisional.length ? h("small", { class: "tag provisional-tag" }, t("provisional")) : null),
      h("button", { type: "button", class: "explain-link", value: "explain", "data-testid": "region-explain", onclick: () => context.store.set({ explain: `region/${context.state.region || context.city}` }) }, t("explain"), icon("chevron", 12))),
    h("dl", { class: "figure-grid" },
      cell(isCompare(measure) ? t("changeVersus") : t(measure === "change_year" ? "changeYear" : "changePrevious"), change(value.change), "", `change ${direction}`),
      cell(t("per_km2"), dense?.number ?? "—", dense?.unit),
      heads(value),
      parent ? cell(t("shareOf", { parent: parent.level === "city" ? t("wholeCity") : context.nameOf(parent.code, parent.name) }), percent(share)) : null,
      detail?.area_km2 ? cell(t("areaFigure"), area(detail.area_km2).replace(" km²", ""), "km²") : null,
      parent || !detail ? null : cell(t("reclaimedShare"), percent(reclaimedShare(detail, period)))),
    detail && ofPeriod(context, detail) ? provisionalNote(detail, period) : null,
    detail && ofPeriod(context, detail) ? [peopleNote(value, detail), standingNote(value, detail)] : null,
    value.volume_l === null ? h("p", { class: "hint", "data-testid": "no-records" }, t("noRecords")) : null,
    detail ? printedNote({ ...detail, notes: wholeNotes(context, detail) }, "total", t("total")) : null,
    detail ? gridNote(context, detail) : null,
    detail && ofPeriod(context, detail) ? redrawnNote(context, detail.redrawn) : null);
}

/** Which of its months may still change, and what the authority says of them. */
/** Which months of a figure may still change, and what is said of them; nothing where none may. */
export function provisionalNote({ provisional, provisional_notes }: Pick<RegionDetail, "provisional" | "provisional_notes">, period: string): HTMLElement | null {
  if (!provisional.length) return null;
  return h("p", { class: "hint", "data-testid": "provisional-note" }, [provisionalText(provisional, period), ...provisional_notes].join(" · "));
}
/** What is had by a person and a household, where anybody was counted. */
function heads(value: RegionValue): HTMLElement[] {
  return (["per_resident", "per_household"] as const).flatMap((measure) => {
    const of = ENTRIES[measure].of(value);
    const { number, unit } = ENTRIES[measure].told(of);
    return of === null ? [] : [cell(tk("measure", measure), number, unit, measure)];
  });
}
/** Whom these divide by. */
function peopleNote(value: RegionValue, { population }: RegionDetail): HTMLElement | null {
  const told = (["residents", "households"] as const).flatMap((kind) => (value.people?.[kind] && population[kind] ? [countedText(kind, population[kind])] : []));
  return told.length ? h("p", { class: "fine", "data-testid": "people-note" }, told.join("; ")) : null;
}
/** Where a month stands among those of earlier years. */
function standingNote(value: RegionValue, { standing, former }: RegionDetail): HTMLElement | null {
  if (!former?.months.length || value.volume_l === null) return null;
  const told = standing ? standingText(standing) : t("standingYears", { n: former.needed, years: former.months.length });
  return h("p", { class: "hint", "data-testid": "standing-note", "data-standing": standing?.class ?? "" }, t("measureTitle_percentile"), t("colon"), told);
}

/** Whether the detail is of the period that is shown: another follows in a moment. */
const ofPeriod = (context: Context, detail: RegionDetail): boolean => detail.period?.text === context.state.period;
const wholeNotes = (context: Context, detail: RegionDetail) => (ofPeriod(context, detail) ? detail.notes : []);

/** A township's cells hold more than its figure where a plant stands in it that counts at its district. */
function gridNote(context: Context, detail: RegionDetail): HTMLElement | null {
  const { grid } = detail;
  if (!grid || grid.more_l <= 0 || !ofPeriod(context, detail)) return null;
  return h("p", { class: "hint", "data-testid": "grid-note", "data-litres": grid.more_l },
    t("gridMore", { v: volumeText(grid.more_l, language()), l: integer(grid.more_l) }));
}

/** Reclaimed water in all water of a period, as far as the answer's months reach. */
function reclaimedShare(detail: RegionDetail, period: string): number | null {
  const at = monthsOf(period, detail.months).map((month) => detail.months.indexOf(month));
  const sum = (rows: RegionDetail["by_source_month"]) => added(rows.map((row) => added(at.map((m) => row.volume_l[m]))));
  return shareOf(sum(detail.by_source_month.filter((row) => row.source === "reclaimed")), sum(detail.by_source_month));
}

/** Purposes and, for the city, what was metered outside it: together they are the figure above. */
export function purposes(place: HTMLElement, context: Context, detail: RegionDetail): void {
  const lang = language();
  const rows = detail.by_purpose.flatMap(({ purpose, volume_l }) => (volume_l === null ? [] : [{ purpose, volume_l }])).sort((a, b) => b.volume_l - a.volume_l);
  const known = rows.reduce((sum, row) => sum + row.volume_l, 0);
  // Purposes are listed whole even when one is chosen; the water outside is of the chosen ones only.
  const whole = !context.state.purpose.length && !context.state.resident;
  const beside = (["unassigned", "outside"] as const).flatMap((gap) => {
    const litres = whole ? detail[`${gap}_l`] : null;
    return litres ? [{ gap, litres }] : [];
  });
  const total = added([known, ...beside.map(({ litres }) => litres)]);
  place.hidden = rows.length === 0;
  replace(place,
    h("h3", {}, t("byPurpose")),
    followedNote(context, "purpose"),
    h("div", { class: "parts-bar", "aria-hidden": "true" },
      rows.map((row) => h("i", { style: `flex:${row.volume_l};background:${PURPOSE_COLORS[row.purpose] ?? OTHER_COLOR}` }))),
    h("ul", { class: "parts" },
      rows.map((row) => {
        const figure = volume(row.volume_l, lang);
        return h("li", { "data-testid": "purpose-row", "data-purpose": row.purpose, "data-litres": row.volume_l },
          h("i", { style: `background:${PURPOSE_COLORS[row.purpose] ?? OTHER_COLOR}` }),
          h("span", {}, term(context.meta, "purpose", row.purpose), row.purpose === "residential" ? printedMark(detail.notes, "residents") : null),
          h("span", { class: "num" }, `${figure.number} `, h("small", {}, figure.unit)),
          h("span", { class: "num share" }, percent(shareOf(row.volume_l, total))));
      }),
      beside.map(({ gap, litres }) => h("li", { "data-testid": "purpose-left", "data-gap": gap, "data-litres": litres },
        h("i", { class: "left" }), h("span", {}, tk("gap", gap)),
        h("span", { class: "num" }, `${volume(litres, lang).number} `, h("small", {}, volume(litres, lang).unit)), h("span", { class: "num share" }, percent(shareOf(litres, total)))))),
    h("p", { class: "fine", "data-testid": "share-base" }, t(beside.length ? "shareBaseAll" : "shareBase", { v: volumeText(total, lang) })),
    printedNote(detail, "residents", term(context.meta, "purpose", "residential")),
    printedNote(detail, "others", t("resident_no")));
}

/** Objects of each layer that are in no division of the city, by the figures of the whole city. */
export const apartOf = (context: Context, { facilities }: Pick<RegionDetail, "facilities">): Map<string, number> =>
  new Map(facilities.map(({ layer, count }) => [layer, (context.layer(layer)?.count ?? 0) - count] as [string, number]).filter(([, n]) => n > 0));

/** How many objects of each layer there are; a click shows them on the map. */
export function facilities(place: HTMLElement, context: Context, detail: Pick<RegionDetail, "facilities" | "notes">, title = t("facilities")): void {
  const { store } = context;
  const rows = detail.facilities.filter((row) => row.count > 0).flatMap((row) => {
    const layer = context.layer(row.layer);
    return layer ? [{ layer, count: row.count }] : [];
  });
  const apart = "level" in detail && detail.level === "city" ? apartOf(context, detail) : new Map<string, number>();
  const toggle = (id: string) => {
    const { layers } = store.state;
    store.set({ layers: layers.includes(id) ? layers.filter((each) => each !== id) : [...layers, id] });
  };
  redraw(place,
    h("h3", {}, title),
    rows.length ? h("div", { class: "facility-grid", "data-testid": "facilities" },
      rows.map(({ layer, count }) => h("button", {
        type: "button", class: "facility", "aria-pressed": String(store.state.layers.includes(layer.id)), value: layer.id,
        "data-layer": layer.id, "data-count": count, onclick: () => toggle(layer.id),
      }, badgeElement(layer), h("span", {}, words(layer.title)), h("b", { class: "num" }, integer(count), printedMark(detail.notes, `count/${layer.id}`, `capacity/${layer.id}`)))))
      : h("p", { class: "hint" }, t("noFacilities")),
    apart.size ? h("p", { class: "fine", "data-testid": "facilities-apart" }, t("facilitiesApart", { list: listed([...apart].map(([id, n]) => `${words(context.layer(id)!.title)} ${integer(n)}`)) })) : null,
    rows.flatMap(({ layer }) => ["count", "capacity"].map((kind) => printedNote(detail, `${kind}/${layer.id}`, words(layer.title)))));
}
