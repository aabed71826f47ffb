// The list of facility layers by the four stages 取 供 用 排, each with its badge, count and switch; and what lies underneath.
import type { LayerInfo, Stage } from "../api";
import type { Context } from "../context";
import { h } from "../dom";
import { integer } from "../format";
import { type Underneath, underneath, UNDERNEATH } from "../ground";
import { t, term, tk, words } from "../i18n";
import { badgeElement } from "../map/icons";
import { askable, choose, chosen, layerQuery } from "../where";
import { chips, redraw } from "./choices";
import { AREA_COLORS } from "./colors";
import { apartOf } from "./drawer-parts";
import { printedMark } from "./printed";

const STAGES: Stage[] = ["take", "supply", "use", "drain", "quality"];

export function mountLayers(place: HTMLElement, context: Context): void {
  const { store, meta } = context;
  const opened = new Set<string>();
  /** How many objects of each layer are in the selected region; empty for the whole city, and until they are here. */
  let inside = new Map<string, number>();
  /** How many of each are in no division of the city: the overview, which counts by region, has so many fewer. */
  let apart = new Map<string, number>();
  const toggle = (id: string, on: boolean) => {
    const layers = store.state.layers.filter((each) => each !== id);
    store.set({ layers: on ? [...layers, id] : layers });
  };
  function row(layer: LayerInfo): HTMLElement {
    const on = store.state.layers.includes(layer.id);
    // What is wrong is no facility: nobody counts it by region, and beside a region's others the city's number would mislead.
    const counted = layer.stage !== "quality" || !store.state.region;
    return h("label", { class: `layer${layer.count ? "" : " none"}`, title: layer.synthetic ? t("syntheticNote") : undefined },
      h("input", { type: "checkbox", value: layer.id, checked: on, disabled: !layer.count, "data-testid": `layer-${layer.id}`, onchange: (event: Event) => toggle(layer.id, (event.target as HTMLInputElement).checked) }),
      layer.geometry !== "point"
        ? h("span", { class: "badge area", style: `--layer:${layer.color}`, "aria-hidden": "true" })
        : badgeElement(layer),
      h("span", { class: "layer-name" }, words(layer.title)),
      !counted ? null : h("span", { class: "layer-count", "data-testid": `count-${layer.id}`, "data-count": inside.get(layer.id) ?? layer.count, title: inside.has(layer.id) ? t("layerInside", { n: integer(layer.count) }) : "" },
        integer(inside.get(layer.id) ?? layer.count), inside.has(layer.id) ? null : printedMark(layer.notes, `count/${layer.id}`)),
      h("span", { class: "switch", "aria-hidden": "true" }));
  }
  function without(layer: LayerInfo): HTMLElement | null {
    const n = inside.has(layer.id) ? 0 : apart.get(layer.id) ?? 0;
    return n > 0 ? h("p", { class: "fine layer-apart", title: t("layerApartWhy", { n: integer(n) }), "data-testid": `apart-${layer.id}`, "data-count": n }, t("layerApart", { n: integer(n) })) : null;
  }
  /** Lines of several colours on the map: which is which, from which zoom. */
  function areaKinds(layer: LayerInfo): HTMLElement | null {
    if (layer.id !== "supply_area" || !store.state.layers.includes(layer.id)) return null;
    return h("ul", { class: "area-kinds", "data-testid": "area-kinds" }, Object.entries(AREA_COLORS).map(([kind, color]) =>
      h("li", {}, h("i", { style: `background:${color}` }), term(meta, "facility_kind", kind),
        kind.endsWith("plant") ? null : h("small", {}, t("layerZoom")))));
  }
  /** Under a layer that is on: its terms to choose from, and how many objects pass. */
  function conditions(layer: LayerInfo): HTMLElement | null {
    const fields = askable(layer);
    if (!fields.length || !store.state.layers.includes(layer.id)) return null;
    const { where } = store.state;
    const own = layerQuery(where, layer.id);
    const { region } = store.state;
    const filter = own && region ? `${own}&region=${region}` : own;
    const open = opened.has(layer.id) || filter !== "";
    const count = h("span", { class: "num", "data-testid": `passing-${layer.id}` });
    if (filter) {
      void context.data.count(layer, filter).then((passing) => {
        const all = inside.get(layer.id) ?? layer.count;
        count.textContent = `${integer(passing)} / ${integer(all)}`;
        count.dataset.count = String(passing);
      }, () => undefined);
    }
    return h("details", { class: "conditions", open, ontoggle: (event: Event) => { if ((event.target as HTMLDetailsElement).open) opened.add(layer.id); else opened.delete(layer.id); } },
      h("summary", { "data-testid": `filter-${layer.id}` }, t("layerFields"), count),
      fields.map((field) => h("div", { class: "condition" },
        h("span", {}, words(field)),
        chips(`where-${layer.id}-${field.name}`, words(field), t("all"),
          (meta.vocab[field.vocab!] ?? []).map(({ code }) => ({ value: code, text: term(meta, field.vocab!, code) })), chosen(where, layer.id, field.name),
          (codes) => store.set({ where: choose(store.state.where, layer.id, field.name, codes) })))));
  }
  /** Waters, and roads with railways: a switch each, where there is anything of them. */
  function under(): HTMLElement | null {
    const parts = underneath(meta);
    if (!parts.length) return null;
    const turn = (part: Underneath, on: boolean) => store.set({ ground: UNDERNEATH.filter((each) => (each === part ? on : store.state.ground.includes(each))) });
    return h("div", { class: "stage stage-ground", role: "group", "aria-label": t("groundTitle"), "data-testid": "ground" },
      h("span", { class: "stage-mark", "aria-hidden": "true" }, t("groundMark")),
      h("div", { class: "stage-layers" }, parts.map(({ part, layers }) =>
        h("label", { class: "layer", title: layers.map((layer) => `${words(layer.title)} ${integer(layer.count)}`).join(" · ") },
          h("input", { type: "checkbox", value: part, checked: store.state.ground.includes(part), "data-testid": `ground-${part}`, onchange: (event: Event) => turn(part, (event.target as HTMLInputElement).checked) }),
          h("span", { class: `badge ground ${part}`, "aria-hidden": "true" }),
          h("span", { class: "layer-name" }, tk("ground", part)),
          // Nobody counts them by region: of one region there would be the whole city's number.
          store.state.region ? null : h("span", { class: "layer-count" }, integer(layers.reduce((sum, { count }) => sum + count, 0))),
          h("span", { class: "switch", "aria-hidden": "true" })))));
  }
  function draw(): void {
    redraw(place,
      h("section", { class: "block layers" },
        h("h2", {}, t("layersTitle")),
        STAGES.map((stage) => {
          const layers = meta.layers.filter((layer) => layer.stage === stage);
          return layers.length
            ? h("div", { class: `stage stage-${stage}`, role: "group", "aria-label": tk("stageName", stage) },
              h("span", { class: "stage-mark", "aria-hidden": "true" }, tk("stage", stage)),
              h("div", { class: "stage-layers" }, layers.map((layer) => [row(layer), without(layer), areaKinds(layer), conditions(layer)])))
            : null;
        }),
        under(),
        h("p", { class: "hint", "data-testid": `personal-${meta.access.personal}` }, words(meta.access.why))));
  }
  async function look(): Promise<void> {
    const { region, period } = store.state;
    inside = new Map();
    draw();
    const detail = await context.data.region(region || context.city, period, context.filters).catch(() => null);
    if (!detail || store.state.region !== region) return;
    if (region) inside = new Map(detail.facilities.map(({ layer, count }) => [layer, count]));
    else apart = apartOf(context, detail);
    draw();
  }
  void look();
  store.subscribe((_, changed) => {
    if (changed.has("region")) void look();
    else if (changed.has("layers") || changed.has("ground") || changed.has("where") || changed.has("lang")) draw();
  });
}
