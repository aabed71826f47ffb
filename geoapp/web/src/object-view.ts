// What is known of one object, from the server's answers: every field in words, what it used, what stands next to it, what it is linked
// with. Its own page (object.ts) and the drawer on the map (details.ts) show the same, and differ in what is around it.
import { ApiError, type Behind, behindUrl, getJson, type LayerInfo, type LinkedObject, type Meta, nearUrl, type Neighbour, type ObjectFeature, type ObjectUse, objectUrl, recordPage, type TableInfo, useUrl } from "./api";
import { h, heading, icon, replace } from "./dom";
import { fieldText, regionName, regionText } from "./fields";
import { language, t, term, tk, words } from "./i18n";
import { badgeElement } from "./map/icons";
import { objectLink } from "./ui/object-link";

export interface Asked { layer: string; code: string }
export interface Found { meta: Meta; layer: LayerInfo | TableInfo; feature: ObjectFeature }
/** Where it is: itself, or of what has no place all that belongs to it and has one. */
export interface Marks { objects: { layer: LayerInfo; code: string }[]; geometry: GeoJSON.Geometry }
export interface Around {
  /** How deep its title lies among the headings of the page. */
  top: number;
  /** The map of its place, where there is none beside it. */
  map: HTMLElement | null;
  /** Where one can go from here. */
  ways(found: Found, marks: Marks | null): (HTMLElement | null)[];
}
export interface View {
  name: string;
  marks: Marks | null;
  head: HTMLElement;
  /** What of it is made up, where that is said. */
  note: HTMLElement | null;
  body: HTMLElement;
  /** Ask for what takes longer, once the view is in the page. */
  begin(): void;
  /** It is shown no longer. */
  leave(): void;
}

/** What there is of an object; `ApiError` where there is nothing, or nothing for whoever asks. */
export async function ask({ layer: id, code }: Asked, known: Meta | Promise<Meta>): Promise<Found> {
  const [meta, feature] = await Promise.all([known, getJson<ObjectFeature>(objectUrl(id, code))]);
  const layer = layerOf(meta, id);
  if (!layer) throw new ApiError("", 404);
  return { meta, layer, feature };
}
/** Why nothing is told: what the server says of a layer that is closed, unknown or not for whoever asks; of an object that is not there, that. */
export function refusal(error: ApiError, { layer: id, code }: Asked, meta: Meta | null): { title: string; text: string } {
  const absent = error.status === 404 && error.problem.param !== "layer";
  const layer = meta && layerOf(meta, id);
  return absent ? { title: t("objectMissing"), text: t("objectMissingText", { layer: layer ? words(layer.title) : id, code }) } : { title: t("objectRefused"), text: error.message };
}
const layerOf = (meta: Meta, id: string): LayerInfo | TableInfo | undefined => meta.layers.find((each) => each.id === id) ?? meta.tables.find((each) => each.id === id);

export function objectView(asked: Asked, found: Found, around: Around): View {
  const { meta, layer, feature } = found;
  const values = feature.properties;
  const name = String(values.name ?? "") || asked.code;
  const quality = String(values.position_quality ?? values.boundary_quality ?? "");
  const placed = layer.geometry !== "none";
  // A permit or a holder has no place and no mark of its own: its whole table is made up, or nothing of it.
  const madeUp = quality === "synthetic" || (!placed && feature.synthetic);
  const marks = marksOf(asked, found);
  const title = (key: "fields" | "permittedHere" | "use" | "near" | "links" | "location" | "faults"): HTMLElement => heading(around.top + 1, {}, t(key));
  const ways = around.ways(found, marks).filter((way) => way !== null);
  const below = ways.length ? h("p", { class: "ways" }, ways) : null;
  const head = h("header", { class: "object-head" },
    badgeElement(layer, 44),
    h("div", {}, h("p", {}, [tk("stageName", layer.stage), words(layer.title)].filter((part) => part !== "region").join(" · ")), heading(around.top, { "data-testid": "object-name" }, name)),
    madeUp ? h("span", { class: "tag synthetic", "data-testid": "synthetic" }, t(layer.geometry === "polygon" ? "boundarySynthetic" : layer.geometry === "line" ? "lineSynthetic" : placed ? "syntheticShort" : "rowSynthetic")) : null);
  const released = source(feature);
  const used = layer.measured ? h("section", { class: "card wide", "data-testid": "object-use" }, title("use"), h("div", { class: "skeleton tall" })) : null;
  const beside = feature.geometry?.type === "Point" ? h("section", { class: "card wide", "data-testid": "object-near" }, title("near"), h("div", { class: "skeleton" })) : null;
  const note = meta.synthetic && (madeUp || meta.synthetic.parts.includes(layer.id)) ? h("p", { class: "synthetic-note", "data-testid": "synthetic-note" }, icon("info", 16), words(meta.synthetic)) : null;
  const body = h("div", { class: "object-grid" },
    h("section", { class: "card" }, title("fields"), fields(found), released, asked.layer === "permit" ? h("p", { class: "fine" }, h("a", { href: recordPage(asked.code, language()), "data-testid": "recorded" }, t("recordProof"))) : null, placed ? null : below),
    placed ? whereabouts() : marks && around.map ? h("section", { class: "card" }, title("permittedHere"), around.map) : null,
    faults(meta, feature, title),
    used, beside,
    h("section", { class: "card wide" }, title("links"), links(found, around.top + 2)));

  function whereabouts(): HTMLElement {
    const point = feature.geometry?.type === "Point" ? feature.geometry.coordinates : null;
    return h("section", { class: "card" }, title("location"),
      feature.geometry ? around.map : h("p", { class: "hint" }, t("noPosition")),
      point ? h("p", { class: "fine num" }, `${point[0].toFixed(6)}, ${point[1].toFixed(6)} · CGCS2000 (EPSG:4490)`) : null,
      below);
  }
  let left = false;
  let leaveUse = (): void => undefined;
  /** A part that comes from an answer of its own, and can be asked for again. */
  async function part(section: HTMLElement, key: "use" | "near", draw: () => Promise<void>): Promise<void> {
    try {
      await draw();
    } catch (error) {
      replace(section, title(key), h("p", { class: "hint" }, error instanceof Error ? error.message : "", " "), h("button", { type: "button", class: "button small", onclick: () => void part(section, key, draw) }, t("retry")));
    }
  }
  function begin(): void {
    const { layer: id, code } = asked;
    if (used) void part(used, "use", async () => {
      const [answer, { showUse }] = await Promise.all([getJson<ObjectUse>(useUrl(id, code)), import("./object-use")]);
      if (!left) leaveUse = showUse(used, meta, answer, id, around.top + 1);
    });
    if (beside) void part(beside, "near", async () => {
      const [answer, { showNear }] = await Promise.all([getJson<{ near: Neighbour[] }>(nearUrl(id, code)), import("./object-near")]);
      showNear(beside, meta, answer.near, id, around.top + 1);
    });
    if (released) void behind(asked, head, released);
  }
  return { name, marks, head, note, body, begin, leave: () => { left = true; leaveUse(); } };
}

function marksOf({ code }: Asked, { meta, layer, feature }: Found): Marks | null {
  if (feature.geometry) return { objects: [{ layer: layer as LayerInfo, code }], geometry: feature.geometry };
  const placed = layer.geometry === "none" ? linked(feature).filter((each) => each.lon !== null && each.lon !== undefined) : [];
  const objects = placed.flatMap((each) => {
    const of = meta.layers.find(({ id }) => id === each.layer);
    return of ? [{ layer: of, code: each.code, at: [each.lon!, each.lat!] }] : [];
  });
  return objects.length ? { objects, geometry: { type: "MultiPoint", coordinates: objects.map(({ at }) => at) } } : null;
}

/** Which release wrote it last, and when. */
function source(feature: ObjectFeature): HTMLElement | null {
  const { release } = feature;
  if (!release) return null;
  const day = release.made_at.slice(0, 16).replace("T", " ");
  return h("p", { class: "fine", "data-testid": "source", "data-release": release.number }, t(release.by_hand ? "releaseByHand" : "releaseOf", { n: release.number, day }));
}
/** What who asks may open besides: what is told of an object is the same for all. Whoever may open nothing is told nothing. */
async function behind({ layer, code }: Asked, head: HTMLElement, below: HTMLElement): Promise<void> {
  const response = await fetch(behindUrl(layer, code, language()), { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.status !== 200) return;
  const [answer, { showBehind }] = await Promise.all([response.json() as Promise<Behind>, import("./object-near")]);
  showBehind(head, below, answer);
}

/** What rules find wrong with it: each with what makes it a fault and how to mend it. */
function faults(meta: Meta, { faults: found }: ObjectFeature, title: (key: "faults") => HTMLElement): HTMLElement | null {
  if (!found?.length) return null;
  return h("section", { class: "card wide", "data-testid": "faults" }, title("faults"), h("ul", { class: "faults" }, found.map((one) =>
    h("li", { class: `fault ${one.severity}`, "data-rule": one.rule },
      h("strong", {}, words(one.title)), h("span", { class: "tag" }, term(meta, "severity", one.severity)), one.state === "open" ? null : h("span", { class: "tag" }, term(meta, "finding_state", one.state)),
      h("p", {}, words(one.evidence), " ", h("small", {}, t("faultSince", { day: one.since }))),
      h("p", { class: "fine" }, words(one.remedy), one.fixes.length ? ` ${t("faultFixes", { fixes: one.fixes.map(words).join(t("faultOr")) })}` : "")))));
}
function fields({ meta, layer, feature }: Found): HTMLElement {
  return h("dl", { class: "fields", "data-testid": "fields" },
    layer.fields.filter((field) => field.kind !== "links").map((field) => {
      const plain = fieldText(meta, field, feature.properties[field.name]);
      const text = field.kind === "region" && plain ? regionText(meta, feature.links, plain) : plain;
      return [h("dt", {}, words(field)), h("dd", { "data-field": field.name, class: text ? "" : "none" }, text || t("empty"))];
    }));
}

const linked = (feature: ObjectFeature): LinkedObject[] =>
  Object.values(feature.links ?? {}).flat().filter((each): each is LinkedObject => Boolean(each?.code));
function links({ meta, feature }: Found, level: number): HTMLElement {
  /** A permit is known by its number: its name is its holder's. */
  const titleOf = (each: LinkedObject): string => (each.layer === "permit" ? each.code : (isRegion(each) ? regionName(meta, each.code, each.name) : each.name) || each.code);
  const isRegion = (each: LinkedObject): boolean => meta.layers.some(({ id, stage }) => id === each.layer && stage === "region");
  const groups = Object.entries(feature.links ?? {})
    .map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).filter((each): each is LinkedObject => Boolean(each?.code))] as const)
    .filter(([, list]) => list.length > 0);
  if (!groups.length) return h("p", { class: "hint" }, t("noLinks"));
  return h("div", { class: "links", "data-testid": "links" }, groups.map(([name, list]) => h("div", {},
    heading(level, {}, tk("link", name), " ", h("small", { class: "num" }, list.length)),
    h("ul", {}, list.slice(0, 200).map((each) => h("li", {},
      each.layer ? objectLink(each.layer, each.code, { "data-code": each.code }, titleOf(each)) : h("span", { "data-code": each.code }, titleOf(each)),
      each.name && each.name !== each.code ? h("small", { class: "num" }, each.layer === "permit" ? each.name : each.code) : null))))));
}
