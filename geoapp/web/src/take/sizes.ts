// The sizes that a picture is to be had in. Type and lines keep their size on paper; on a large screen they grow with it.
export interface Size {
  id: string;
  /** Of the picture in its own pixels. */
  width: number;
  height: number;
  /** Its pixels for each of the page's. */
  ratio: number;
  /** Dots an inch, of what is printed. */
  dpi?: number;
}
const DPI = 150;
const A4: [number, number] = [1240, 1754]; // 210 × 297 mm
const A3: [number, number] = [1754, 2480];
const paper = (id: string, [width, height]: [number, number]): Size => ({ id, width, height, ratio: DPI / 96, dpi: DPI });

export function sizes(): Size[] {
  const ratio = Math.min(devicePixelRatio, 2);
  return [
    { id: "screen", width: Math.round(innerWidth * ratio), height: Math.round(innerHeight * ratio), ratio },
    { id: "hd", width: 1920, height: 1080, ratio: 1.25 },
    { id: "uhd", width: 3840, height: 2160, ratio: 2.5 },
    paper("a4_landscape", [A4[1], A4[0]]), paper("a4_portrait", A4), paper("a3_landscape", [A3[1], A3[0]]), paper("a3_portrait", A3),
  ];
}
