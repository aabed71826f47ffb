// A sheet of paper with the map: the same parts as the picture, as text that can be selected and read out, on exactly one page.
import { h, replace } from "../dom";
import { t } from "../i18n";
import type { LegendRow } from "../ui/legend";
import { scaleBar } from "./scale";
import { snapshot, type View } from "./snapshot";
import { tile } from "./tile";
import type { Told } from "./told";

export type Paper = "a4_landscape" | "a4_portrait" | "a3_landscape" | "a3_portrait";
export const PAPERS: readonly Paper[] = ["a4_landscape", "a4_portrait", "a3_landscape", "a3_portrait"];
const SHORT = { a4: 210, a3: 297 }, LONG = { a4: 297, a3: 420 };
// Millimetres, as the styles of the sheet have them.
const EDGE = 10, HEAD = 22, FOOT = 17, FOOT_UPRIGHT = 27, SIDE = 58, BELOW = 46, GAP = 4, LINE = 10;
const PX_OF_MM = 96 / 25.4;
const RATIO = 2; // 192 dots an inch

/** Lay the sheet out, hand it to the browser's printing, and take it away again. */
export async function print(views: View[], told: Told, paper: Paper): Promise<void> {
  const [format, way] = paper.split("_") as ["a4" | "a3", string];
  const lying = way === "landscape";
  const [width, height] = lying ? [LONG[format], SHORT[format]] : [SHORT[format], LONG[format]];
  const box = {
    width: width - 2 * EDGE - (lying ? SIDE + GAP : 0),
    height: height - 2 * EDGE - HEAD - (lying ? FOOT : FOOT_UPRIGHT + BELOW + GAP),
  };
  const images: HTMLImageElement[] = [];
  const figures: HTMLElement[] = [];
  // Of two maps each has half of the room, side by side on paper that lies; a line above says what it is of.
  const beside = views.length > 1 && lying;
  const each = views.length === 1 ? box : beside ? { width: (box.width - GAP) / 2, height: box.height - LINE } : { width: box.width, height: (box.height - GAP) / 2 - LINE };
  for (const [i, view] of views.entries()) {
    const made = await snapshot(view, Math.floor(each.width * PX_OF_MM), Math.floor(each.height * PX_OF_MM), RATIO);
    const image = h("img", { src: made.picture.toDataURL("image/png"), alt: [told.title, ...told.about, ...told.maps.slice(i, i + 1)].join(", "), style: `width:${each.width}mm;height:${each.height}mm` });
    const bar = scaleBar(made.metres, Math.min(130, each.width * PX_OF_MM / 3));
    images.push(image);
    figures.push(h("figure", {},
      told.maps[i] ? h("figcaption", {}, told.maps[i]) : null,
      h("div", {}, image, told.synthetic ? h("span", { class: "tag synthetic" }, t("synthetic")) : null, h("span", { class: "scale", style: `width:${bar.pixels}px` }, bar.text))));
  }
  const swatch = ({ color, lines }: LegendRow) => h("i", { style: lines ? `background:url(${tile(lines).toDataURL()})` : `background:${color}` });
  const sheet = h("section", { id: "print-sheet", class: lying ? "lying" : "upright", style: `width:${width}mm;height:${height}mm`, "aria-label": told.title },
    h("header", {}, h("h1", {}, told.title), told.about.map((line) => h("p", {}, line))),
    h("div", { class: beside ? "maps beside" : "maps" }, figures),
    h("div", { class: "key" },
      told.legends.map((legend, i) => h("div", {},
        h("h2", {}, told.legends.length > 1 ? `${i + 1} · ` : "", legend.title, " ", h("small", {}, legend.unit)),
        h("ul", {}, legend.rows.map((row) => h("li", {}, swatch(row), h("span", {}, row.text), h("em", {}, row.count))),
          i === told.legends.length - 1 ? told.layers.map(({ color, name }) => h("li", {}, h("i", { class: "dot", style: `background:${color}` }), h("span", {}, name))) : null)))),
    h("footer", {}, told.synthetic ? h("p", { class: "made-up" }, told.synthetic) : null, told.foot.map((line) => h("p", {}, line))));
  // A sheet that is made, and no element: the page's policy takes no styles that are written into it.
  const page = new CSSStyleSheet();
  page.replaceSync(`@page { size: ${format.toUpperCase()} ${way}; margin: 0; }`);
  document.getElementById("print-sheet")?.remove();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, page];
  document.body.append(sheet);
  await Promise.all(images.map((image) => image.decode()));
  document.documentElement.dataset.printing = paper;
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.printing;
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== page);
    replace(sheet);
    sheet.remove();
  }, { once: true });
  window.print();
}
