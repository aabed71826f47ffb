// The popup of a cell: its figures from the feed (the tile only draws), how certain they are, and the way to their parts.
import type { Map as GlMap } from "maplibre-gl";
import { type CellFeature, cellUrl, type Explanation, explainUrl, type LayerInfo } from "../api";
import { cellQuestion } from "../cells";
import type { Context } from "../context";
import { h, icon, replace } from "../dom";
import { area, change, density, integer, percent, periodText, volumeText } from "../format";
import { language, t, words } from "../i18n";
import { apart } from "../ui/figure";
import { Bubble } from "./bubble";

export class CellPopup {
  private readonly bubble: Bubble;
  private content: HTMLElement | null = null;
  private ticket = 0;
  constructor(private readonly map: GlMap, private readonly context: Context) {
    this.bubble = new Bubble(map, context, { offset: 10 }, () => context.store.set({ cell: "" }));
  }

  /** Open a cell's popup; without a place it is looked up (an address that was shared, a mover). */
  async open(code: string, at?: [number, number]): Promise<void> {
    const { context } = this;
    const layer = context.layer(`grid_${Number(code.slice(0, 4))}`);
    if (!layer) return;
    context.store.set({ cell: code, object: "" });
    this.content = h("div", { class: "objects", "data-testid": "cell-popup", "data-code": code }, h("div", { class: "skeleton" }));
    if (at) this.bubble.show(this.content, at);
    await this.fill(layer, code);
  }
  /** The period, a filter or the language has changed: the same cell again, with the figures it had until the new ones are here. */
  refresh(): void {
    const { cell } = this.context.state;
    const layer = this.context.layer(`grid_${Number(cell.slice(0, 4))}`);
    if (this.bubble.isOpen && layer) void this.fill(layer, cell);
  }
  private async fill(layer: LayerInfo, code: string): Promise<void> {
    const { context, content } = this;
    const mine = ++this.ticket;
    try {
      const second = context.second?.context;
      const [feature, other] = await Promise.all([this.ask(layer, code), second && this.ask(layer, code, second)]);
      if (mine !== this.ticket || context.state.cell !== code || !content) return;
      if (!feature) return this.missing(code);
      const box = bounds(feature.geometry);
      if (!this.bubble.isOpen && box) {
        const middle: [number, number] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
        if (!this.map.getBounds().contains(middle)) context.emit("go", { point: middle, zoom: Math.max(this.map.getZoom(), 12.5) });
        this.bubble.show(content, middle);
      }
      replace(content, this.card(layer, feature, other));
      this.bubble.grown();
    } catch (error) {
      if (mine !== this.ticket) return;
      this.close();
      context.emit("failed", { what: "region", error, retry: () => void this.open(code) });
    }
  }
  private missing(code: string): void {
    this.close();
    this.context.store.set({ cell: "" });
    this.context.emit("missing", { part: "cell", asked: code });
  }
  private async ask(layer: LayerInfo, code: string, of = this.context): Promise<CellFeature | undefined> {
    const { state, filters, meta, data } = of;
    const question = cellQuestion(state, meta.months, filters);
    const found = await data.get<{ features: CellFeature[] }>(cellUrl(layer.id, code, question?.period ?? state.period, question?.versus ?? "", filters));
    return found.features[0];
  }

  /** `other` is the same cell as the second of two linked maps has it. */
  private card(layer: LayerInfo, { properties: cell }: CellFeature, other?: CellFeature): HTMLElement {
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
        other && context.second ? [row(`${t("secondSecond")} · ${periodText(context.second.context.state.period, lang)}`, volumeText(other.properties.volume_l, lang), "cell-second"), row(t("secondApart"), apart("volume", cell.volume_l, other.properties.volume_l))] : null,
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
    this.bubble.grown();
  }
  get isOpen(): boolean {
    return this.bubble.isOpen;
  }
  close(): boolean {
    return this.bubble.close();
  }
}

function bounds(geometry: GeoJSON.Geometry | null): [number, number, number, number] | null {
  if (geometry?.type !== "MultiPolygon" && geometry?.type !== "Polygon") return null;
  const points = geometry.type === "Polygon" ? geometry.coordinates.flat() : geometry.coordinates.flat(2);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
