// Map icons drawn at run time: one shape per kind of object on a round badge of the layer's colour.
// The same drawing serves the map, the layer list and the search results.
import type { LayerInfo } from "../api";

// Paths in a 24 × 24 box, white on the badge.
const GLYPHS: Record<string, string> = {
  well: "M7 10h10v8H7zM6 10l6-4.5 6 4.5M12 12.2v3.4", // a well house with its shaft
  intake: "M4.5 9.5c2-1.8 3-1.8 5 0s3 1.8 5 0 3-1.8 5 0M12 12.5v6M9.2 15.8l2.8 2.8 2.8-2.8",
  plant: "M5.5 18.5v-8l4.3 3v-3l4.3 3V6h4.4v12.5z",
  "plant-small": "M6.5 18v-7l5.5 3.6V11l5.5 3.6V18z",
  station: "M12 4.8c3 3.8 4.8 6 4.8 8.6a4.8 4.8 0 0 1-9.6 0c0-2.6 1.8-4.8 4.8-8.6z",
  "self-built": "M6.5 6.5h11v11h-11zM12 9c1.6 2 2.4 3 2.4 4.2a2.4 2.4 0 0 1-4.8 0C9.6 12 10.4 11 12 9z",
  area: "M6 8l6-3 6 3v8l-6 3-6-3z",
  outline: "M5 9l5-4 5 2 4 5-3 6-7 1-4-4z",
  user: "M5.5 18v-8.5L12 5l6.5 4.5V18h-4.7v-4.8h-3.6V18z",
  meter: "M12 5.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM12 12l3-3.4M8 12h.1M16 12h.1M12 8h.1",
  sewage: "M5.5 7.5h13l-1.4 10.2H6.9zM8 11.8c1.4-1.2 2.4-1.2 4 0s2.6 1.2 4 0",
  "sewage-small": "M7.5 8h9l-1 9h-7zM9.5 12.4h5",
  circle: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
};
const SOLID = new Set(["plant", "plant-small", "station", "user", "circle"]);

export const glyph = (layer: LayerInfo): string => (layer.icon in GLYPHS ? layer.icon : "circle");
export const iconId = (layer: LayerInfo): string => `icon-${layer.id}`;

function draw(context: CanvasRenderingContext2D, layer: LayerInfo, size: number, ring: boolean): void {
  const name = glyph(layer);
  context.clearRect(0, 0, size, size);
  const middle = size / 2;
  context.beginPath();
  context.arc(middle, middle, middle - (ring ? size / 16 : 0), 0, Math.PI * 2);
  context.fillStyle = layer.color;
  context.fill();
  if (ring) {
    context.lineWidth = size / 11;
    context.strokeStyle = "#ffffff";
    context.stroke();
  }
  const scale = (size * 0.68) / 24;
  context.translate(middle - 12 * scale, middle - 12 * scale);
  context.scale(scale, scale);
  const path = new Path2D(GLYPHS[name]);
  context.lineWidth = 2;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = context.fillStyle = "#ffffff";
  if (SOLID.has(name)) context.fill(path);
  else context.stroke(path);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

/** The badge as pixels for the map, at twice the size it is shown at. */
export function badge(layer: LayerInfo, size = 44): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  draw(context, layer, size, true);
  return context.getImageData(0, 0, size, size);
}

/** The badge as an element for lists. */
export function badgeElement(layer: LayerInfo, size = 20): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * 2;
  canvas.style.width = canvas.style.height = `${size}px`;
  canvas.className = "badge";
  canvas.setAttribute("aria-hidden", "true");
  draw(canvas.getContext("2d")!, layer, size * 2, false);
  return canvas;
}
