// The map once more at another size, out of sight: with its layers, images and colours as they are now.
import { Map as GlMap } from "maplibre-gl";
import { classOf } from "../classes";
import type { Context } from "../context";
import { t } from "../i18n";
import { CELLS_FROM, FINE_FROM } from "../cells";
import { seen } from "../map/room";
import { sourcesOf } from "../map/sources";

export interface Snapshot {
  picture: HTMLCanvasElement;
  /** Metres of a CSS pixel in its middle. */
  metres: number;
  sources: string[];
}
const LONGEST_MS = 60_000;

/** The zoom below which there would be nothing of what is shown: a smaller sheet shows a part of it. */
function leastZoom(context: Context): number {
  const { cells, shown } = context;
  if (cells) return cells.layer.id === "grid_100" ? FINE_FROM : CELLS_FROM;
  return (shown && context.layer(shown.level)?.min_zoom) ?? 0;
}

export async function snapshot(map: GlMap, context: Context, width: number, height: number, ratio: number): Promise<Snapshot> {
  const container = document.createElement("div");
  container.style.cssText = `position:fixed;left:-99999px;top:0;width:${width}px;height:${height}px;visibility:hidden`;
  container.inert = true;
  document.body.append(container);
  const copy = new GlMap({
    container, style: { version: 8, sources: {}, layers: [] }, interactive: false, attributionControl: false, fadeDuration: 0, pixelRatio: ratio,
    bounds: seen(map), renderWorldCopies: false, maxPitch: 0, canvasContextAttributes: { preserveDrawingBuffer: true },
    // The whole sheet is one canvas: no limit but the graphics card's own.
    maxCanvasSize: [width * ratio, height * ratio],
  });
  try {
    await new Promise<void>((done, fail) => {
      const lacking = (): void => fail(new Error(t("takeTiles"))); // rather no picture than one that lacks a part
      const late = setTimeout(lacking, LONGEST_MS);
      copy.on("error", ({ error }) => { if ((error as Error | undefined)?.name !== "AbortError") lacking(); });
      copy.once("load", () => {
        // Images first: a layer that lacks its pattern would ask for it in vain.
        for (const id of map.listImages()) addImage(map, copy, id);
        const { sources, layers } = map.getStyle();
        for (const [id, source] of Object.entries(sources)) copy.addSource(id, source);
        for (const layer of layers) copy.addLayer(layer);
        copy.setZoom(Math.max(copy.getZoom(), leastZoom(context)));
        paint(copy, context);
        copy.once("idle", () => { clearTimeout(late); done(); });
        copy.triggerRepaint();
      });
    });
    const picture = document.createElement("canvas");
    const drawn = copy.getCanvas();
    Object.assign(picture, { width: drawn.width, height: drawn.height });
    picture.getContext("2d")!.drawImage(drawn, 0, 0);
    const middle = height / 2;
    const metres = copy.unproject([width / 2 - 50, middle]).distanceTo(copy.unproject([width / 2 + 50, middle])) / 100;
    return { picture, metres, sources: sourcesOf(map) };
  } finally {
    copy.remove();
    container.remove();
  }
}

function addImage(map: GlMap, copy: GlMap, id: string): void {
  const image = map.getImage(id);
  if (image && !copy.hasImage(id)) copy.addImage(id, image.data, { pixelRatio: image.pixelRatio, sdf: image.sdf });
}
/** A colour is a feature's state, which no style holds. */
function paint(copy: GlMap, { shown, cells }: Context): void {
  if (!shown || cells || !copy.getSource(shown.level)) return;
  const { values, scale } = shown.picture;
  for (const [code, value] of values) copy.setFeatureState({ source: shown.level, sourceLayer: shown.level, id: code }, { class: classOf(value.shown, scale) });
}
