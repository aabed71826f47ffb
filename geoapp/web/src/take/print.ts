// A sheet of paper with the map: the same parts as the picture, as text that can be selected and read out, on exactly one page.
import type { Map as GlMap } from "maplibre-gl";
import type { Context } from "../context";
import { h, replace } from "../dom";
import { t } from "../i18n";
import type { LegendRow } from "../ui/legend";
import { scaleBar } from "./scale";
import { snapshot } from "./snapshot";
import { tile } from "./tile";
import type { Told } from "./told";

export type Paper = "a4_landscape" | "a4_portrait" | "a3_landscape" | "a3_portrait";
export const PAPERS: readonly Paper[] = ["a4_landscape", "a4_portrait", "a3_landscape", "a3_portrait"];
const SHORT = { a4: 210, a3: 297 }, LONG = { a4: 297, a3: 420 };
// Millimetres, as the styles of the sheet have them.
const EDGE = 10, HEAD = 22, FOOT = 17, SIDE = 58, BELOW = 46, GAP = 4;
const PX_OF_MM = 96 / 25.4;
const RATIO = 2; // 192 dots an inch

/** Lay the sheet out, hand it to the browser's printing, and take it away again. */
export async function print(map: GlMap, context: Context, told: Told, paper: Paper): Promise<void> {
  const [format, way] = paper.split("_") as ["a4" | "a3", string];
  const lying = way === "landscape";
  const [width, height] = lying ? [LONG[format], SHORT[format]] : [SHORT[format], LONG[format]];
  const box = {
    width: width - 2 * EDGE - (lying ? SIDE + GAP : 0),
    height: height - 2 * EDGE - HEAD - FOOT - (lying ? 0 : BELOW + GAP),
  };
  const made = await snapshot(map, context, Math.floor(box.width * PX_OF_MM), Math.floor(box.height * PX_OF_MM), RATIO);
  const image = h("img", { src: made.picture.toDataURL("image/png"), alt: [told.title, ...told.about].join(", "), style: `width:${box.width}mm;height:${box.height}mm` });
  const bar = scaleBar(made.metres, 130);
  const { legend } = told;
  const swatch = ({ color, lines }: LegendRow) => h("i", { style: lines ? `background:url(${tile(lines).toDataURL()})` : `background:${color}` });
  const sheet = h("section", { id: "print-sheet", class: lying ? "lying" : "upright", style: `width:${width}mm;height:${height}mm`, "aria-label": told.title },
    h("header", {}, h("h1", {}, told.title), told.about.map((line) => h("p", {}, line))),
    h("figure", {}, image,
      told.synthetic ? h("span", { class: "tag synthetic" }, t("synthetic")) : null,
      h("span", { class: "scale", style: `width:${bar.pixels}px` }, bar.text)),
    h("div", { class: "key" },
      h("h2", {}, legend.title, " ", h("small", {}, legend.unit)),
      h("ul", {},
        legend.rows.map((row) => h("li", {}, swatch(row), h("span", {}, row.text), h("em", {}, row.count))),
        told.layers.map(({ color, name }) => h("li", {}, h("i", { class: "dot", style: `background:${color}` }), h("span", {}, name))))),
    h("footer", {}, told.synthetic ? h("p", { class: "made-up" }, told.synthetic) : null, told.foot.map((line) => h("p", {}, line))));
  const page = h("style", {});
  page.textContent = `@page { size: ${format.toUpperCase()} ${way}; margin: 0; }`;
  document.getElementById("print-sheet")?.remove();
  sheet.append(page);
  document.body.append(sheet);
  await image.decode();
  document.documentElement.dataset.printing = paper;
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.printing;
    replace(sheet);
    sheet.remove();
  }, { once: true });
  window.print();
}
