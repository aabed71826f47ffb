/** Pixels as something that can be drawn, repeated and named by an address. */
export function tile(pixels: ImageData): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: pixels.width, height: pixels.height });
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  return canvas;
}
