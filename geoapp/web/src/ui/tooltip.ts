// What is under the pointer, in words and figures.
import type { Context } from "../context";
import { h, replace } from "../dom";
import { change, density, percent, shareOf, volume } from "../format";
import { language, t } from "../i18n";
import { isChange } from "../values";

function differenceOf(value: { volume_l: number | null; before_l: number | null } | undefined): [string, string] {
  if (!value || value.volume_l === null || value.before_l === null) return ["—", ""];
  const moved = value.volume_l - value.before_l;
  const figure = volume(moved, language());
  return [`${moved > 0 ? "+" : ""}${figure.number}`, figure.unit];
}

export function mountTooltip(place: HTMLElement, context: Context): void {
  let last = "";
  context.on("hover", (hover) => {
    place.hidden = !hover;
    if (!hover) return void (last = "");
    const { shown } = context;
    const key = `${hover.object}/${hover.code}/${shown?.period}/${shown?.measure}/${hover.cell?.volume_l}`;
    if (key !== last) {
      last = key;
      const inRegion = shown?.picture.values.get(hover.code);
      const { cell } = hover;
      const value = cell ? { volume_l: cell.volume_l, m3_per_km2: cell.m3_per_km2, change: cell.change, before_l: cell.previous_l } : inRegion;
      const lang = language();
      const figure = value && volume(value.volume_l, lang);
      const dense = value?.m3_per_km2 != null ? density(value.m3_per_km2, lang) : null;
      const which = shown?.measure === "change_year" ? "changeYear" : shown?.measure === "ratio" || shown?.measure === "difference" ? "changeVersus" : "changePrevious";
      const main = shown && isChange(shown.measure) ? [change(value?.change), t(which)]
        : shown?.measure === "difference" ? differenceOf(value)
        : shown?.measure === "per_km2" && dense ? [dense.number, dense.unit] : [figure?.number ?? "—", figure?.unit ?? ""];
      replace(place,
        hover.object ? h("p", { class: "hover-object" }, hover.object) : null,
        h("strong", {}, hover.name), cell ? h("small", { class: "num hover-code" }, ` ${hover.code.slice(4, 16)}`) : null,
        h("div", { class: "main" }, h("b", { class: "num" }, main[0]), " ", main[1]),
        value ? h("dl", {},
          shown!.measure !== "volume" ? [h("dt", {}, t("total")), h("dd", {}, `${figure!.number} ${figure!.unit}`)] : null,
          shown!.measure !== "per_km2" && dense ? [h("dt", {}, t("per_km2")), h("dd", {}, `${dense.number} ${dense.unit}`)] : null,
          shown!.picture.total_l ? [h("dt", {}, t("shareOf", { parent: context.nameOf(context.city, context.meta.city.name) })), h("dd", {}, percent(shareOf(value.volume_l, shown!.picture.total_l)))] : null,
          !isChange(shown!.measure) && value.change !== null ? [h("dt", {}, t(which)), h("dd", {}, change(value.change))] : null,
          cell ? [h("dt", {}, t("byArea")), h("dd", {}, percent(cell.share))] : null)
          : h("p", {}, t("noData")));
    }
    const width = place.offsetWidth;
    const height = place.offsetHeight;
    const x = hover.x + 18 + width > innerWidth ? hover.x - width - 14 : hover.x + 18;
    const y = Math.min(Math.max(8, hover.y - height / 2), innerHeight - height - 8);
    place.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  });
}
