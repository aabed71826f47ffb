// "Explain this number": what a figure is made of. The parts come in pages; their sum stands beside the number shown.
import { type Explanation, explainUrl, type Part, type Per } from "../api";
import type { Context } from "../context";
import { announce, h, icon, replace } from "../dom";
import { integer, periodText, volumeText } from "../format";
import { language, listed, t, term, tk, words } from "../i18n";
import { ENTRIES } from "../measures";
import type { Measure, State } from "../state";
import { provisionalText } from "../provisional";
import { askedOf } from "../unit";
import { filterWords } from "./filters";
import { countedText } from "./measure-note";
import { errorText } from "./notices";
import { objectLink } from "./object-link";
import { redrawnNote } from "./redrawn";

const PAGE = 50;

export function mountExplain(place: HTMLElement, context: Context): { close(): boolean } {
  const { store } = context;
  let ticket = 0;
  let opener: Element | null = null;
  /** The region that is explained, as the answer names it. */
  let called: Explanation["region"] | null = null;

  /** "unit/…" or "region/…", with the one source of a bar. */
  function question(): { what: { unit?: string; region?: string }; filters: Context["filters"]; source: string } {
    const [, kind, code, source = ""] = /^(unit|region)\/((?:reporting_unit\/)?[^/]*)(?:\/(.*))?$/.exec(store.state.explain) ?? [];
    return { what: kind === "unit" ? { unit: code } : { region: code }, filters: source ? { ...context.filters, source: [source] } : context.filters, source };
  }
  function close(): boolean {
    if (!store.state.explain) return false;
    store.set({ explain: "" });
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    return true;
  }
  function frame(...body: Parameters<typeof replace>[1][]): void {
    const { what, source } = question();
    const words = [periodText(store.state.period, language()), source ? term(context.meta, "source", source) : "", filterWords(context)].filter(Boolean).join(" · ");
    replace(place,
      h("div", { class: "explain-head" },
        h("div", {}, h("h2", {}, t("explain")), h("p", {}, name(what), " · ", words)),
        h("button", { type: "button", class: "icon-button", "aria-label": t("close"), "data-testid": "explain-close", onclick: close }, icon("close"))),
      h("div", { class: "explain-body", tabindex: -1 }, ...body));
  }
  function name({ unit, region }: { unit?: string; region?: string }): string {
    if (unit === "unassigned" || unit === "outside") return t(unit === "outside" ? "gap_outside" : "gap_unassigned");
    if (unit !== undefined || region === undefined) return unit ?? "";
    const { code } = askedOf(region);
    const own = region === context.city ? context.meta.city.name : called?.code === code ? called.name : "";
    return [context.nameOf(region, own), code].filter(Boolean).join(" ");
  }

  async function load(): Promise<void> {
    const mine = ++ticket;
    place.hidden = !store.state.explain;
    document.body.classList.toggle("explaining", !place.hidden);
    if (place.hidden) return void replace(place);
    frame(h("div", { class: "skeleton tall" }));
    const { what, filters } = question();
    const parts: Part[] = [];
    const more = async (): Promise<void> => {
      try {
        const found = await context.data.get<Explanation>(explainUrl(what, store.state.period, filters, parts.length, PAGE));
        if (mine !== ticket) return;
        parts.push(...found.parts);
        draw(found, parts, () => void more());
      } catch (error) {
        if (mine !== ticket) return;
        frame(h("p", { class: "hint" }, t("errorRegion"), " ", errorText(error)), h("button", { type: "button", class: "button small", onclick: () => void load() }, t("retry")));
      }
    };
    await more();
    if (mine === ticket) place.querySelector<HTMLElement>("[data-testid=explain-close]")?.focus({ preventScroll: true });
  }

  function draw(found: Explanation, parts: Part[], more: () => void): void {
    const lang = language();
    const shown = place.querySelector(".explain-body")?.scrollTop ?? 0;
    const { unit } = question().what;
    called = unit === undefined ? found.region ?? null : null;
    frame(
      unit !== undefined && found.region ? h("p", { class: "hint" }, context.nameOf(found.region.code, found.region.name), " ", h("span", { class: "num" }, found.region.code)) : null,
      h("dl", { class: "explain-sum", "data-testid": "explain-sum", "data-volume": found.volume_l ?? "", "data-parts": found.parts_l ?? "", "data-count": found.count },
        h("div", {}, h("dt", {}, t("explainNumber")), h("dd", { class: "num" }, litres(found.volume_l))),
        h("div", {}, h("dt", {}, t("explainParts", { n: integer(found.count) })), h("dd", { class: "num" }, litres(found.parts_l), found.volume_l === null ? null : h("b", { class: found.volume_l === found.parts_l ? "same" : "differs" }, found.volume_l === found.parts_l ? " ✓" : " ≠")))),
      found.provisional.length ? h("p", { class: "hint", "data-testid": "explain-provisional" }, provisionalText(found.provisional, store.state.period)) : null,
      perHead(found.per ?? []),
      redrawnNote(context, found.redrawn),
      parts.length ? h("ol", { class: "parts-list", "data-testid": "explain-parts" }, parts.map((part) => row(part, found.volume_l ?? 0)))
        : h("p", { class: "hint", "data-testid": "explain-empty" }, t("noRecords")),
      found.missing.length && found.volume_l !== null ? h("p", { class: "hint", "data-testid": "explain-missing" }, t("monthsWithout", { months: listed(found.missing.map((month) => periodText(month, lang))) })) : null,
      parts.length < found.count ? h("button", { type: "button", class: "button small", "data-testid": "explain-more", onclick: more }, t("explainMore", { n: integer(found.count - parts.length) })) : null,
      parts.some((part) => part.code === null) ? h("p", { class: "hint", "data-testid": "explain-closed", title: words(context.meta.access.why) }, t("explainClosed")) : null,
      found.synthetic ? h("p", { class: "hint", "data-testid": "explain-synthetic" }, h("span", { class: "tag synthetic" }, t("syntheticShort"))) : null,
      h("p", { class: "fine" }, t("explainNote")));
    place.querySelector(".explain-body")?.scrollTo(0, shown);
    announce(`${t("explain")}: ${volumeText(found.volume_l, lang)}`);
  }
  /** What a person or a household has of it, and by what it is divided for that. */
  function perHead(found: Per[]): HTMLElement | null {
    if (!found.length) return null;
    return h("dl", { class: "explain-sum whole", "data-testid": "explain-per" }, found.map(({ measure, value, counted, times }) => {
      const entry = ENTRIES[measure as Measure];
      const { number, unit } = entry.told(value);
      const by = t("explainPer", { people: countedText(entry.people!, counted), times: t(entry.people === "residents" ? "explainDays" : "explainMonths", { n: times }) });
      return h("div", {}, h("dt", {}, tk("measureTitle", measure), h("small", {}, ` ${by}`)), h("dd", { class: "num" }, `${number} ${unit}`));
    }));
  }
  const litres = (value: number | null): string => (value === null ? volumeText(null, language()) : `${integer(value)} L`);
  function row(part: Part, total: number): HTMLElement {
    const { meta } = context;
    const share = total ? Math.min(100, (Math.abs(part.volume_l) / Math.abs(total)) * 100) : 0;
    const weighed = part.weight !== null && part.weight_total !== null
      ? t(part.rule.endsWith("_area") ? "explainByArea" : "explainByPlaces", { w: integer(part.weight), all: integer(part.weight_total), of: integer(part.of_l ?? 0) }) : "";
    return h("li", { "data-testid": "explain-part", "data-code": part.code ?? "", "data-litres": part.volume_l },
      h("div", { class: "part-top" },
        h("span", { class: `tag kind-${part.kind}` }, term(meta, "grid_place", part.kind)),
        h("strong", {}, whose(part)),
        h("span", { class: "num" }, `${integer(part.volume_l)} L`)),
      h("div", { class: "part-sub" },
        h("span", {}, [part.name ? part.code : "", term(meta, "source", part.source), term(meta, "purpose", part.purpose)].filter(Boolean).join(" · ")),
        h("span", {}, term(meta, "grid_rule", part.rule), weighed ? ` · ${weighed}` : "")),
      h("i", { class: "part-bar", "aria-hidden": "true" }, h("b", { style: `width:${share}%` })));
  }

  /** Whose litres these are: a division, which the map shows; an object, whose page tells more; or several together. */
  function whose(part: Part): Element | string {
    const { code, layer } = part;
    if (code === null) return t("explainSummed", { n: integer(part.count), what: term(context.meta, "grid_place", part.kind) });
    const name = part.name || code;
    if (part.kind === "region") return h("button", { type: "button", class: "part-link", "data-testid": "part-link", onclick: () => store.set({ region: code, explain: "" }) }, context.nameOf(code, name));
    return layer ? objectLink(layer, code, { class: "part-link", "data-testid": "part-link" }, name) : name;
  }

  store.subscribe((state, changed) => {
    const asks: (keyof State)[] = ["explain", "lang"];
    if (state.explain) asks.push("period", "source", "purpose", "resident", "boundaries");
    if (changed.has("explain") && state.explain) opener = document.activeElement;
    if (asks.some((key) => changed.has(key))) void load();
  });
  void load();
  return { close };
}
