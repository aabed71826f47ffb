// Buttons over the map: level, home, zoom, share, language; and the note of version and of what is synthetic.
import type { Map as GlMap } from "maplibre-gl";
import type { Context } from "../context";
import { h, icon, replace } from "../dom";
import { form, onForm } from "../form";
import { moment, periodText } from "../format";
import { inLanguage, type Key, LANGUAGES, language, said, t, tk, words } from "../i18n";
import type { LevelChoice } from "../state";
import { redraw, segmented } from "./choices";
import { errorText, toast } from "./notices";
import { switchSecond } from "./second";

const LEVELS: LevelChoice[] = ["auto", "district", "township", "village", "grid"];

export function mountLevel(place: HTMLElement, context: Context): void {
  const draw = () => {
    const { level } = context.state;
    const now = tk("levelShort", context.level);
    redraw(place, segmented("level", t("levelLabel"), LEVELS.filter((value) => (value === "grid" ? context.layer("grid_500") : value === "auto" || context.levels.includes(value))).map((value) => ({
      value, text: value === "auto" ? (level === "auto" && form() === "cards" ? `${t("level_auto")} · ${now}` : t("level_auto")) : tk("levelShort", value),
      hint: value === "auto" ? t("levelAutoNow", { level: tk("level", context.level) }) : tk("level", value),
    })), level, (value) => context.store.set({ level: value as LevelChoice })));
  };
  draw();
  context.on("level", draw);
  onForm(draw);
  context.store.subscribe((_, changed) => { if (changed.has("level") || changed.has("lang")) draw(); });
}

/** What a view can be taken along as; its code comes when it is first wanted. */
async function take(context: Context, map: GlMap | null): Promise<void> {
  try {
    const { openPanel } = await import("../take/panel");
    openPanel(context, map);
  } catch (error) {
    toast(`${t("takeFailed")} ${errorText(error)}`, { kind: "warn" });
  }
}

/** What is read out begins with what is seen, so that it can be asked for by voice. */
const named = (seen: Key, meant: Key): string => `${t(seen)} · ${t(meant)}`;

export function mountTools(place: HTMLElement, zoomPlace: HTMLElement, context: Context, map: GlMap | null, home: () => void, area: () => void): void {
  const button = (name: string, label: string, id: string, click: () => void) =>
    h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, value: id, "data-testid": id, onclick: click }, icon(name));
  /** Beside the zoom; where there is no map it still adds up regions. */
  const areaButton = (kind: string) =>
    h("button", { type: "button", class: kind, value: "area", "aria-label": named("areaTool", "areaToolLabel"), title: named("areaTool", "areaToolLabel"), "data-testid": "area", "aria-pressed": String(context.state.area !== ""), onclick: area }, icon("area"), kind === "text-button" ? h("span", {}, t("areaTool")) : null);
  const draw = () => {
    const others = LANGUAGES.filter((each) => each !== language());
    redraw(place,
      ...others.map((other) => {
        const name = said(other, "languageName");
        return h("button", { type: "button", class: "text-button", lang: said(other, "languageTag"), value: `language-${other}`, "aria-label": t("languageLabel", { name }), "data-testid": "language", onclick: () => context.store.set({ lang: other }) }, name);
      }),
      map ? null : areaButton("text-button"),
      h("button", { type: "button", class: "text-button", value: "take", "aria-label": named("take", map ? "takeLabel" : "takeLabelPlain"), title: t(map ? "takeLabel" : "takeLabelPlain"), "data-testid": "take", "aria-haspopup": "dialog", onclick: () => void take(context, map) }, icon("take", 16), h("span", { class: "wide-only" }, t("take"))),
      h("a", { class: "text-button", href: inLanguage("/about"), "aria-label": t("about"), title: t("about"), "data-testid": "about" }, icon("info", 17)));
    if (map) redraw(zoomPlace,
      button("plus", t("zoomIn"), "zoom-in", () => map.zoomIn()),
      button("minus", t("zoomOut"), "zoom-out", () => map.zoomOut()),
      button("home", t("home"), "home", home),
      h("button", { type: "button", class: "icon-button", "aria-label": t("secondSwitch"), title: t("secondSwitch"), "aria-pressed": String(context.state.second !== null), value: "second", "data-testid": "second-switch", onclick: () => switchSecond(context) }, icon("second")),
      areaButton("icon-button"));
  };
  draw();
  context.store.subscribe((_, changed) => { if (changed.has("lang") || changed.has("second") || changed.has("area")) draw(); });
}

/** Always on screen: up to which month there are figures, of which version, and that the demo is partly synthetic. */
export function mountStatus(place: HTMLElement, context: Context): void {
  const { meta } = context;
  const synthetic = meta.synthetic && meta.synthetic.parts.length > 0 ? meta.synthetic : null;
  const draw = () => {
    const lang = language();
    replace(place,
      synthetic ? h("a", { class: "tag-link", href: inLanguage("/about"), title: words(synthetic), "data-testid": "synthetic" }, h("span", { class: "tag synthetic" }, t("synthetic"))) : null,
      h("span", { class: "version num", "data-testid": "as-of", "data-version": meta.as_of.version, title: t("asOfLong", { version: meta.as_of.version, time: moment(meta.as_of.changed_at, lang) }) }, t("dataTo", { month: periodText(meta.months.at(-1)!, lang), version: meta.as_of.version })));
  };
  draw();
  context.store.subscribe((_, changed) => { if (changed.has("lang")) draw(); });
}
