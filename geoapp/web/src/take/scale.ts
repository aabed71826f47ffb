/** A scale bar: as long as a round distance is, at most so many pixels. */
export function scaleBar(metresPerPixel: number, most: number): { pixels: number; text: string } {
  const reach = metresPerPixel * most;
  const power = 10 ** Math.floor(Math.log10(reach));
  const metres = ([5, 2, 1].find((each) => each * power <= reach) ?? 1) * power;
  return { pixels: metres / metresPerPixel, text: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
}
