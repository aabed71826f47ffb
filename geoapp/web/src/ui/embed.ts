// The map alone, in a frame of another page: what it is of, its version, and the way to the whole page.
import type { Map as GlMap } from "maplibre-gl";
import type { Context } from "../context";
import { h, replace } from "../dom";
import { t, words } from "../i18n";
import { sourcesOf } from "../map/sources";
import { viewUrl } from "../take/files";
import { legendNow } from "./legend";

export function mountEmbed(place: HTMLElement, context: Context, map: GlMap | null): void {
  const { meta } = context;
  let sources: string[] = [];
  const draw = (): void => {
    const legend = legendNow(context);
    const city = context.nameOf(context.city, meta.city.name);
    replace(place,
      h("span", {}, h("b", {}, t("title", { city })), legend ? ` ${legend.about}` : ""),
      meta.synthetic?.parts.length ? h("span", { class: "tag synthetic", title: words(meta.synthetic), "data-testid": "embed-synthetic" }, t("synthetic")) : null,
      h("span", { "data-testid": "embed-version" }, t("asOf", { version: meta.as_of.version })),
      sources.length ? h("span", { class: "embed-sources", "data-testid": "embed-sources" }, t("attribution"), t("colon"), sources.join("; ")) : null,
      h("a", { href: viewUrl(context, false), target: "_blank", "data-testid": "embed-whole" }, t("takeWhole")));
  };
  draw();
  context.on("shown", draw);
  context.on("cells", draw);
  context.store.subscribe(draw);
  map?.on("idle", () => {
    const now = sourcesOf(map);
    if (now.join() === sources.join()) return;
    sources = now;
    draw();
  });
}
