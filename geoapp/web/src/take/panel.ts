// "Take it along": everything that a view can be taken away as, in one place. Loaded when it is first asked for.
import type { Map as GlMap } from "maplibre-gl";
import { ApiError, type AreaTotals, areaUrl } from "../api";
import type { Context } from "../context";
import { announce, h, icon, replace } from "../dom";
import { integer, periodText } from "../format";
import { groundShown, isFacility } from "../ground";
import { inLanguage, language, t, tk, words } from "../i18n";
import { seen } from "../map/room";
import { sourcesOf } from "../map/sources";
import { segmented } from "../ui/choices";
import { errorText } from "../ui/notices";
import { reportLink } from "../ui/report-link";
import { isCompare } from "../state";
import { frameText, objectsUrl, reportUrl, type Scope, tableLayer, tableUrl, WORKBOOK_MOST } from "./files";
import { picture } from "./picture";
import { PAPERS, type Paper, print } from "./print";
import { sizes } from "./sizes";
import { viewsOf } from "./snapshot";
import { type Told, toldOf } from "./told";

let scope: Scope | null = null; // as it was chosen, for the next time

export function openPanel(context: Context, map: GlMap | null): void {
  const { state } = context;
  const dialog = h("dialog", { id: "take", "aria-labelledby": "take-title", "data-testid": "take-panel" });
  const said = h("p", { class: "hint", role: "status", "data-testid": "take-said" });
  const tell = (text: string): void => { said.textContent = text; };
  const view = map ? seen(map) : null;

  const section = (title: string, ...content: Parameters<typeof replace>[1][]) => h("section", { class: "block" }, h("h3", {}, title), ...content);
  const file = (text: string, href: string, id: string) => h("a", { class: "button small", href, download: "", "data-testid": id }, text);
  const select = (id: string, label: string, options: [string, string][]) =>
    h("select", { class: "select", "aria-label": label, "data-testid": id }, options.map(([value, text]) => h("option", { value }, text)));

  async function copy(text: string, field: HTMLTextAreaElement): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      tell(t("copied"));
    } catch {
      // Without TLS there is no clipboard: what is marked can be copied by hand.
      field.hidden = false;
      field.value = text;
      field.select();
      tell(document.execCommand("copy") ? t("copied") : t("copyByHand"));
    }
  }
  function links(): HTMLElement {
    const field = h("textarea", { readonly: true, "aria-label": t("takeEmbed"), "data-testid": "embed-text", hidden: true });
    const show = (text: string): void => { field.hidden = false; field.value = text; void copy(text, field); };
    const city = context.nameOf(context.city, context.meta.city.name);
    return section(t(map ? "takeLink" : "takeLinkPlain"),
      h("div", { class: "take-row" },
        h("button", { type: "button", class: "button primary", "data-testid": "share", onclick: () => void copy(location.href, field) }, t("shareLabel")),
        map ? h("button", { type: "button", class: "button", "data-testid": "embed", onclick: () => show(frameText(context, t("title", { city }))) }, t("takeEmbed")) : null),
      field,
      map ? h("p", { class: "fine" }, t("takeEmbedHint")) : said);
  }

  /** The name of the selected region, for what is told. */
  async function told(): Promise<Told> {
    const { region, period } = context.state;
    const detail = region ? await context.data.region(region, period, context.filters) : null;
    const area = isDrawn ? await context.data.get<AreaTotals>(areaUrl(state.area, period, context.filters)) : null;
    const found = toldOf(context, [...new Set(viewsOf(map!, context).flatMap((view) => sourcesOf(view.map)))], detail ? context.nameOf(region, detail.name) : "", area ? words(area.area.name) : "");
    if (!found) throw new Error(t("loading"));
    return found;
  }
  async function work(button: HTMLButtonElement, run: () => Promise<void>): Promise<void> {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    tell(t("takeDrawing"));
    try {
      await run();
    } catch (error) {
      tell(`${t("takeFailed")} ${error instanceof ApiError ? errorText(error) : (error as Error).message}`);
    } finally {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  }
  function pictures(): HTMLElement {
    const size = select("png-size", t("takeSize"), sizes().map((each) => [each.id, `${tk("takeSize", each.id)} · ${each.width} × ${each.height}`]));
    const paper = select("paper", t("takePaper"), PAPERS.map((each) => [each, tk("takeSize", each)]));
    const draw = h("button", { type: "button", class: "button", "data-testid": "png", onclick: () => void work(draw, async () => {
      const what = await told();
      const made = await picture(viewsOf(map!, context), what, sizes().find((each) => each.id === size.value)!);
      const address = URL.createObjectURL(made.blob);
      const name = [what.title, context.state.period, tableLayer(context)].join(" ").replace(/[\\/:*?"<>|]+/g, "-");
      const link = h("a", { href: address, download: `${name}.png`, "data-testid": "png-file" }, t("takeAgain"));
      link.click();
      replace(said, `${t("takeDrawn")} `, link);
      announce(t("takeDrawn"));
      Object.assign(window, { shuituPicture: made });
    }) }, t("takePng")) as HTMLButtonElement;
    const sheet = h("button", { type: "button", class: "button", "data-testid": "print", onclick: () => void work(sheet, async () => {
      await print(viewsOf(map!, context), await told(), paper.value as Paper);
      tell("");
    }) }, t("takePrint")) as HTMLButtonElement;
    return section(t("takePicture"), h("div", { class: "take-row" }, size, draw), h("div", { class: "take-row" }, paper, sheet), said);
  }

  const isDrawn = state.area !== "" && state.area !== "view"; // what is in view can be taken anyway
  const scopes: Scope[] = ["city", ...(state.region ? ["region" as const] : []), ...(isDrawn ? ["area" as const] : []), ...(view ? ["view" as const] : [])];
  const chosen = (): Scope => (isDrawn ? scope ?? "area" : scope && scopes.includes(scope) ? scope : state.region ? "region" : "city");
  const files = h("div");
  /** The table of each map; of two that show one period it is one table, which holds every measure. */
  function tables(now: Scope, level: string, large: boolean): HTMLElement[] {
    const maps = [context, ...(context.second ? [context.second.context] : [])];
    const of = maps.map((each) => tableUrl(each, "csv", now, view));
    const apart = of.length > 1 && of[0] !== of[1];
    return (apart ? maps : [context]).map((each, i) => h("div", { class: "take-row", "data-testid": `table-of-${i + 1}` },
      h("span", {}, maps.length > 1 ? h("b", {}, apart ? mapText(each, i) : t("takeBoth"), h("br")) : null, apart ? level : t(map ? "takeRows" : "takeRowsPlain", { level })),
      h("span", { class: "take-files" },
        file("CSV", of[i], i ? "second-csv" : "table-csv"),
        large ? null : file("XLSX", tableUrl(each, "xlsx", now, view), i ? "second-xlsx" : "table-xlsx"))));
  }
  /** Which of two maps, and what it shows. */
  const mapText = ({ state: { period, measure, versus } }: Context, i: number): string =>
    [t(i ? "secondSecond" : "secondFirst"), periodText(period, language()) + (isCompare(measure) ? ` ${t("comparedTo")} ${periodText(versus, language())}` : ""), tk("measureTitle", measure)].join(" · ");
  function drawFiles(): void {
    const now = chosen();
    const layer = context.layer(tableLayer(context, now));
    const large = now === "city" && (layer?.count ?? 0) > WORKBOOK_MOST;
    const on = [...context.meta.layers.filter((each) => isFacility(each) && state.layers.includes(each.id)), ...groundShown(context)];
    replace(files,
      section(t(map ? "takeTable" : "takeTablePlain"),
        segmented("take-scope", t("takeScope"), scopes.map((value) => ({ value, text: t(`takeScope_${value}`) })), now, (value) => { scope = value as Scope; drawFiles(); focusScope(); }),
        tables(now, layer ? words(layer.title) : "", large),
        large ? h("p", { class: "fine", "data-testid": "too-many" }, t("takeTooMany", { n: integer(WORKBOOK_MOST) })) : null),
      !map ? null : section(t("takeObjects"),
        on.map((each) => h("div", { class: "take-row" }, h("span", {}, words(each.title)), h("span", { class: "take-files" },
          file("GeoJSON", objectsUrl(context, each.id, "geojson", now, view), `objects-${each.id}-geojson`),
          file("GeoPackage", objectsUrl(context, each.id, "gpkg", now, view), `objects-${each.id}-gpkg`)))),
        on.some(isFacility) ? null : h("p", { "data-testid": "no-objects" }, t("takeNoObjects"))));
  }
  const focusScope = (): void => files.querySelector<HTMLElement>("input:checked")?.focus();

  function more(): HTMLElement {
    const report = h("span", { class: "report-place" }, h("a", { class: "button small", href: reportUrl(context), "data-testid": "take-reports" }, t("takeReport")));
    if (context.levelOf(state.region || context.city) !== "village") {
      void context.data.region(state.region || context.city, state.period, context.filters).then((detail) => replace(report, reportLink(detail, context)), () => undefined);
    }
    return section(t("takeMore"),
      h("div", { class: "take-row" }, h("span", {}, t("takeReportOf"), context.second ? ` · ${periodText(state.period, language())}` : ""), report),
      h("div", { class: "take-row" }, h("span", {}, t("takeProject")), file("QGIS", inLanguage("/desktop/shuitu.qgz"), "take-project")),
      h("div", { class: "take-row" }, h("span", {}, t("takeFeeds")), h("a", { class: "button small", href: inLanguage("/feeds/"), "data-testid": "take-feeds" }, t("takeFeedsOpen"))));
  }

  drawFiles();
  replace(dialog,
    h("header", { class: "take-head" }, h("h2", { id: "take-title" }, t("takeAll")),
      h("button", { type: "button", class: "icon-button", "aria-label": t("close"), title: t("close"), "data-testid": "take-close", onclick: () => dialog.close() }, icon("close"))),
    links(), map ? pictures() : null, files, more());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}
