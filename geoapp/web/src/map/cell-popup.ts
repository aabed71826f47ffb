// The popup of a cell: its figures from the feed (the tile only draws), how certain they are, and the way to their parts.
import { type Map as GlMap, Popup } from "maplibre-gl";
import { type CellFeature, cellUrl, type Explanation, explainUrl, type LayerInfo } from "../api";
import { cellQuestion } from "../cells";
import type { Context } from "../context";
import { h, icon, replace } from "../dom";
import { area, change, density, integer, percent, periodText, volumeText } from "../format";
import { language, t, words } from "../i18n";

export class CellPopup {
  private popup: Popup | null = null;
  constructor(private readonly map: GlMap, private readonly context: Context) {}

  /** Open a cell's popup; without a place it is looked up (an address that was shared, a mover). */
  async open(code: string, at?: [number, number]): Promise<void> {
    const { context } = this;
    const layer = context.layer(`grid_${Number(code.slice(0, 4))}`);
    if (!layer) return;
    context.store.set({ cell: code, object: "" });
    const content = h("div", { class: "objects", "data-testid": "cell-popup", "data-code": code }, h("div", { class: "skeleton" }));
    if (at) this.show(content, at);
    try {
      const feature = await this.ask(layer, code);
      if (context.state.cell !== code) return;
      if (!feature) return void context.store.set({ cell: "" });
      const box = bounds(feature.geometry);
      if (!this.popup && box) {
        const middle: [number, number] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
        if (!this.map.getBounds().contains(middle)) context.emit("go", { point: middle, zoom: Math.max(this.map.getZoom(), 12.5) });
        this.show(content, middle);
      }
      replace(content, this.card(layer, feature));
      this.popup?.setLngLat(this.popup.getLngLat()); // it has grown: place it anew
    } catch (error) {
      this.close();
      context.emit("failed", { what: "region", error, retry: () => void this.open(code, at) });
    }
  }
  private async ask(layer: LayerInfo, code: string): Promise<CellFeature | undefined> {
    const { state, filters, meta, data } = this.context;
    const question = cellQuestion(state, meta.months, filters);
    const found = await data.get<{ features: CellFeature[] }>(cellUrl(layer.id, code, question?.period ?? state.period, question?.versus ?? "", filters));
    return found.features[0];
  }
  /** The period or filter has changed: the same cell again. */
  refresh(): void {
    const { cell } = this.context.state;
    if (this.popup && cell) void this.open(cell, this.popup.getLngLat().toArray() as [number, number]);
  }

  private card(layer: LayerInfo, { properties: cell }: CellFeature): HTMLElement {
    const { context } = this;
    const lang = language();
    const dense = cell.m3_per_km2 === null ? null : density(cell.m3_per_km2, lang);
    const versus = cell.previous_l === undefined ? null : cellQuestion(context.state, context.meta.months, context.filters)?.versus;
    const row = (label: string, value: string | HTMLElement, id = "") => [h("dt", {}, label), h("dd", id ? { "data-testid": id } : {}, value)];
    const explain = `unit/${cell.code}`;
    const above = h("p", { class: "fine", "data-testid": "cell-above", hidden: true });
    void this.tellAbove(above, cell.code);
    return h("article", { class: "object-card cell-card" },
      h("header", {}, h("div", {}, h("strong", {}, cell.township_name), h("small", {}, words(layer.title), " · ", cell.code))),
      h("div", { class: "cell-value", "data-testid": "cell-volume", "data-litres": cell.volume_l ?? "" }, h("b", { class: "num" }, volumeText(cell.volume_l, lang)), h("small", {}, periodText(context.state.period, lang))),
      h("dl", {},
        row(t("per_km2"), dense ? `${dense.number} ${dense.unit}` : "—"),
        row(t("areaFigure"), area(cell.area_m2 / 1e6)),
        versus ? [row(periodText(versus, lang), volumeText(cell.previous_l ?? null, lang)), row(t("measure_difference"), cell.difference_l == null ? t("noChange") : `${cell.difference_l > 0 ? "+" : ""}${volumeText(cell.difference_l, lang)} (${change(cell.change)})`, "cell-difference")] : null,
        row(t("byArea"), h("span", { class: "share-line" }, h("i", { class: "share-bar", "aria-hidden": "true" }, h("b", { style: `width:${(cell.share_by_area ?? 0) * 100}%` })), percent(cell.share_by_area)), "cell-share")),
      above,
      h("footer", {},
        layer.synthetic ? h("span", { class: "tag synthetic" }, t("cellSynthetic")) : h("span"),
        h("button", { type: "button", class: "button small", "data-testid": "cell-explain", onclick: () => context.store.set({ explain }) }, t("explain"), icon("chevron", 13))));
  }
  /** What of the cell counts at its district only, and so in no township's figure. */
  private async tellAbove(place: HTMLElement, code: string): Promise<void> {
    const { state, filters, data } = this.context;
    const told = await data.get<Explanation>(explainUrl({ unit: code }, state.period, filters, 0, 1)).catch(() => null);
    if (!told?.above_l) return;
    place.hidden = false;
    place.dataset.litres = String(told.above_l);
    place.textContent = t("cellAbove", { v: volumeText(told.above_l, language()), l: integer(told.above_l) });
    this.popup?.setLngLat(this.popup.getLngLat()); // it has grown: place it anew
  }
  private show(content: HTMLElement, at: [number, number]): void {
    this.popup?.remove();
    const popup = new Popup({ maxWidth: "330px", offset: 10, focusAfterOpen: false }).setLngLat(at).setDOMContent(content).addTo(this.map);
    this.popup = popup;
    popup.on("close", () => {
      if (this.popup !== popup) return;
      this.popup = null;
      this.context.store.set({ cell: "" });
    });
  }
  get isOpen(): boolean {
    return this.popup !== null;
  }
  close(): boolean {
    if (!this.popup) return false;
    this.popup.remove();
    return true;
  }
}

function bounds(geometry: GeoJSON.Geometry | null): [number, number, number, number] | null {
  if (geometry?.type !== "MultiPolygon" && geometry?.type !== "Polygon") return null;
  const points = geometry.type === "Polygon" ? geometry.coordinates.flat() : geometry.coordinates.flat(2);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
