// What a picture or a sheet of the map says of itself: the same words for both.
import type { LayerInfo } from "../api";
import type { Context } from "../context";
import { moment } from "../format";
import { groundShown, isFacility } from "../ground";
import { language, t, words } from "../i18n";
import { type LegendTold, legendNow } from "../ui/legend";
import { viewUrl } from "./files";

export interface Told {
  title: string;
  /** Period, what it is compared with, level, filters, divisions; the region that is outlined; what is on besides. */
  about: string[];
  /** One, or of two linked maps that no one scale paints one each. */
  legends: LegendTold[];
  /** What each of two linked maps is of; none of a single one. */
  maps: string[];
  layers: { color: string; name: string; geometry: LayerInfo["geometry"] }[];
  /** Source, data version, address. */
  foot: string[];
  /** That parts are made up; empty where none are. */
  synthetic: string;
}

/** Null while nothing is shown. */
export function toldOf(context: Context, sources: string[], region: string, area = ""): Told | null {
  const { meta, state } = context;
  const { second } = context;
  const legend = legendNow(context);
  const other = second && legendNow(second.context);
  if (!legend || (second && !other)) return null;
  const city = context.nameOf(context.city, meta.city.name);
  const on = [...meta.layers.filter((layer) => isFacility(layer) && state.layers.includes(layer.id)), ...groundShown(context)];
  const { synthetic } = meta;
  return {
    title: t("takeTitle", { city, measure: [...new Set([legend.title, other?.title ?? legend.title])].join(" / ") }),
    about: [other ? "" : legend.about, region && t("takeRegion", { region }), area && t("takeArea", { name: area })].filter(Boolean),
    legends: other && !second.together ? [legend, other] : [legend],
    maps: other ? [legend, other].map(({ title, unit, about }, i) => `${i + 1} · ${title} (${unit}) · ${about}`) : [],
    layers: on.map((layer) => ({ color: layer.color, name: words(layer.title), geometry: layer.geometry })),
    foot: [
      sources.length ? `${t("attribution")}${t("colon")}${sources.join("; ")}` : "",
      t("asOfLong", { version: meta.as_of.version, time: moment(meta.as_of.changed_at, language()) }),
      viewUrl(context, false),
    ].filter(Boolean),
    synthetic: synthetic?.parts.length ? words(synthetic) : "",
  };
}
