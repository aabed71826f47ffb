// Map icons drawn at run time: the layer's own shape, a path in a 24 × 24 box, white on a round badge of its colour.
// The same drawing serves the map, the layer list and the search results.
import type { TableInfo } from "../api";

export const iconId = (layer: TableInfo): string => `icon-${layer.id}`;

function draw(context: CanvasRenderingContext2D, layer: TableInfo, size: number, ring: boolean): void {
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
  const path = new Path2D(layer.glyph.path);
  context.lineWidth = 2;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = context.fillStyle = "#ffffff";
  if (layer.glyph.solid) context.fill(path);
  else context.stroke(path);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

/** The badge as pixels for the map, at twice the size it is shown at. */
export function badge(layer: TableInfo, size = 44): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  draw(context, layer, size, true);
  return context.getImageData(0, 0, size, size);
}

/** The badge as an element for lists. */
export function badgeElement(layer: TableInfo, size = 20): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * 2;
  canvas.style.width = canvas.style.height = `${size}px`;
  canvas.className = "badge";
  canvas.setAttribute("aria-hidden", "true");
  draw(canvas.getContext("2d")!, layer, size * 2, false);
  return canvas;
}
