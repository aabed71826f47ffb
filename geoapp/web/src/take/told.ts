// What a picture or a sheet of the map says of itself: the same words for both.
import type { Context } from "../context";
import { moment } from "../format";
import { language, t, words } from "../i18n";
import { type LegendTold, legendNow } from "../ui/legend";
import { viewUrl } from "./files";

export interface Told {
  title: string;
  /** Period, what it is compared with, level, filters, divisions; the region that is outlined; what is on besides. */
  about: string[];
  legend: LegendTold;
  layers: { color: string; name: string }[];
  /** Source, data version, address. */
  foot: string[];
  /** That parts are made up; empty where none are. */
  synthetic: string;
}

/** Null while nothing is shown. */
export function toldOf(context: Context, sources: string[], region: string, area = ""): Told | null {
  const { meta, state } = context;
  const legend = legendNow(context);
  if (!legend) return null;
  const city = context.nameOf(context.city, meta.city.name);
  const on = meta.layers.filter((layer) => layer.stage !== "region" && state.layers.includes(layer.id));
  const { synthetic } = meta;
  return {
    title: t("takeTitle", { city, measure: legend.title }),
    about: [legend.about, region && t("takeRegion", { region }), area && t("takeArea", { name: area })].filter(Boolean),
    legend,
    layers: on.map((layer) => ({ color: layer.color, name: words(layer.title) })),
    foot: [
      sources.length ? `${t("attribution")}${t("colon")}${sources.join("; ")}` : "",
      t("asOfLong", { version: meta.as_of.version, time: moment(meta.as_of.changed_at, language()) }),
      viewUrl(context, false),
    ].filter(Boolean),
    synthetic: synthetic?.parts.length ? words(synthetic) : "",
  };
}
