// The popup of objects on the map: what they are, and the way to their page.
import type { Map as GlMap, MapGeoJSONFeature } from "maplibre-gl";
import { getJson, type LayerInfo, type ObjectFeature, objectUrl } from "../api";
import type { Context } from "../context";
import { h, icon, replace } from "../dom";
import { fieldText, regionText } from "../fields";
import { t, words } from "../i18n";
import { objectLink } from "../ui/object-link";
import { Bubble } from "./bubble";
import { badgeElement } from "./icons";

const SHOW = 5;
export interface Found { layer: LayerInfo; properties: Record<string, unknown>; links?: ObjectFeature["links"] }

/** Objects under a click, each once, in drawing order. */
export function objectsOf(features: MapGeoJSONFeature[], layerOf: (id: string) => LayerInfo | undefined): Found[] {
  const found = new Map<string, Found>();
  for (const feature of features) {
    const layer = layerOf(feature.layer.id);
    const code = feature.properties.code;
    if (layer && code) found.set(`${layer.id}/${code}`, { layer, properties: feature.properties });
  }
  return [...found.values()];
}

function card(context: Context, { layer, properties, links }: Found, compact: boolean): HTMLElement {
  const code = String(properties.code);
  const name = String(properties.name ?? "") || code;
  const rows = compact ? [] : layer.fields
    .filter((field) => field.name in properties && !["code", "name", "position_quality", "boundary_quality"].includes(field.name))
    .map((field) => {
      const text = fieldText(context.meta, field, properties[field.name]);
      return [words(field), field.kind === "region" ? regionText(context.meta, links, text) : text] as const;
    })
    .filter(([, text]) => text !== "");
  const synthetic = properties.position_quality === "synthetic" || properties.boundary_quality === "synthetic"
    || (layer.synthetic && !("position_quality" in properties) && !("boundary_quality" in properties));
  return h("article", { class: "object-card", "data-testid": "popup-object", "data-code": code },
    h("header", {}, badgeElement(layer, 24),
      h("div", {}, h("strong", {}, name), h("small", {}, words(layer.title), " · ", code))),
    rows.length ? h("dl", {}, rows.map(([label, text]) => [h("dt", {}, label), h("dd", {}, text)])) : null,
    h("footer", {},
      synthetic ? h("span", { class: "tag synthetic", "data-testid": "popup-synthetic" }, t(layer.geometry === "polygon" ? "boundarySynthetic" : layer.geometry === "line" ? "lineSynthetic" : "syntheticShort")) : h("span"),
      objectLink(layer.id, code, { class: "more", "data-testid": "popup-link" }, t("details"), icon("chevron", 14))));
}

export class ObjectPopup {
  private readonly bubble: Bubble;
  private shown: Parameters<ObjectPopup["open"]> | null = null;
  constructor(map: GlMap, private readonly context: Context) {
    this.bubble = new Bubble(map, context, { offset: 12 }, () => context.store.set({ object: "" }));
    context.store.subscribe((_, changed) => { if (changed.has("lang") && this.isOpen && this.shown) this.open(...this.shown); });
    // Below the drawer it was not seen, nor brought into the free part of the map.
    context.store.subscribe(({ details }, changed) => { if (changed.has("details") && !details && this.isOpen) this.bubble.grown(); });
  }

  open(at: [number, number], found: Found[], region?: { name: string; go: () => void }): void {
    if (!found.length) return void this.close();
    this.shown = [at, found, region];
    const compact = found.length > 1;
    const cards = h("div", {}, found.slice(0, SHOW).map((each) => card(this.context, each, compact)));
    const content = h("div", { class: compact ? "objects several" : "objects", "data-testid": "popup" },
      compact ? h("p", { class: "objects-count" }, t("objectsHere", { n: found.length })) : null,
      cards,
      found.length > SHOW ? h("p", { class: "objects-count" }, t("more", { n: found.length - SHOW })) : null,
      region ? h("button", { type: "button", class: "button small to-region", "data-testid": "popup-region", onclick: () => { this.close(); region.go(); } }, t("selectRegion", { name: region.name })) : null);
    const first = found[0];
    const name = `${first.layer.id}/${String(first.properties.code)}`;
    this.bubble.show(content, at);
    this.context.store.set({ object: name });
    // However it was opened, an object is told from one answer: tiles and search hold only some of its fields.
    if (!compact && !first.links) {
      void getJson<ObjectFeature>(objectUrl(first.layer.id, String(first.properties.code))).then(({ properties, links }) => {
        if (this.context.state.object !== name) return;
        replace(cards, card(this.context, { layer: first.layer, properties, links: links ?? {} }, false));
        this.bubble.grown();
      }, () => undefined);
    }
  }
  /** As `open`, of what the reader has chosen: where the drawer tells of an object, it tells of this one now. */
  choose(...of: Parameters<ObjectPopup["open"]>): void {
    this.open(...of);
    const { store } = this.context;
    if (store.state.details && of[1].length === 1) store.set({ details: store.state.object });
  }
  get isOpen(): boolean {
    return this.bubble.isOpen;
  }
  close(): boolean {
    return this.bubble.close();
  }
}
