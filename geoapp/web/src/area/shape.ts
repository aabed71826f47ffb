// What is drawn, as the text of an area: spelled as the server spells it (layers/area.py). Pure.

export type Corner = [number, number];
export type Kind = "view" | "regions" | "lasso" | "circle" | "box";

const DIGITS = 5;
/** Corners that a shape may have; the server refuses more. */
export const CORNERS_MOST = 200;
export const REGIONS_MOST = 50;
export const METRES = { least: 10, most: 100_000 } as const;

const said = (degrees: number): string => String(Number(degrees.toFixed(DIGITS)));
export const boxText = ([west, south, east, north]: readonly number[]): string => `box:${[west, south, east, north].map(said).join(",")}`;
export const circleText = ([lon, lat]: Corner, metres: number): string =>
  `circle:${said(lon)},${said(lat)},${Math.min(METRES.most, Math.max(METRES.least, Math.round(metres)))}`;
export const shapeText = (corners: readonly Corner[]): string => `shape:${corners.map(([lon, lat]) => `${said(lon)},${said(lat)}`).join(";")}`;

/** Which tool an area is made with. */
export function kindOf(area: string): Kind {
  const [word] = area.split(":", 1);
  return word === "shape" ? "lasso" : (word as Kind);
}
export const codesOf = (area: string): string[] => (area.startsWith("regions:") ? area.slice(8).split(",") : []);
/** The area of some regions; empty without any. One that lies in another is part of it. */
export function regionsText(codes: readonly string[]): string {
  const outer = [...new Set(codes)].filter((code) => !codes.some((other) => other !== code && code.startsWith(other))).sort();
  return outer.length ? `regions:${outer.slice(0, REGIONS_MOST).join(",")}` : "";
}
/** Longitude, latitude and metres of a circle. */
export function circleOf(area: string): { centre: Corner; metres: number } | null {
  const [lon, lat, metres] = area.startsWith("circle:") ? area.slice(7).split(",").map(Number) : [];
  return [lon, lat, metres].every(Number.isFinite) ? { centre: [lon, lat], metres } : null;
}

const EARTH = 6_371_008.8; // metres, the mean radius
/** A ring around a place for what is being drawn; the one that is counted by comes with the answer. */
export function ringAround([lon, lat]: Corner, metres: number, steps = 72): Corner[] {
  const rad = Math.PI / 180, reach = metres / EARTH, phi = lat * rad;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const turn = (step / steps) * 2 * Math.PI;
    const north = Math.asin(Math.sin(phi) * Math.cos(reach) + Math.cos(phi) * Math.sin(reach) * Math.cos(turn));
    const east = Math.atan2(Math.sin(turn) * Math.sin(reach) * Math.cos(phi), Math.cos(reach) - Math.sin(phi) * Math.sin(north));
    return [lon + east / rad, north / rad];
  });
}

/** A hand's line with as few corners as keep its form: Douglas and Peucker, ever coarser until they are few enough. */
export function fewer(line: readonly Corner[], most = CORNERS_MOST): Corner[] {
  let tolerance = 1; // of a pixel
  let found = thinned(line, tolerance);
  while (found.length > most) found = thinned(line, (tolerance *= 1.5));
  return found;
}
function thinned(line: readonly Corner[], tolerance: number): Corner[] {
  const kept = new Set([0, line.length - 1]);
  const open: [number, number][] = [[0, line.length - 1]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [first, last] = span;
    let far = 0, at = 0;
    for (let each = first + 1; each < last; each++) {
      const away = distance(line[each], line[first], line[last]);
      if (away > far) [far, at] = [away, each];
    }
    if (far <= tolerance) continue;
    kept.add(at);
    open.push([first, at], [at, last]);
  }
  return line.filter((_, each) => kept.has(each));
}
function distance([x, y]: Corner, [x1, y1]: Corner, [x2, y2]: Corner): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length)) : 0;
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

/** A ring that does not cross itself: of a line that does, the largest of its loops. A hand that closes a loop mostly crosses where it began. */
export function simple(ring: readonly Corner[]): Corner[] {
  let found = [...ring];
  for (let crossing = firstCrossing(found); crossing; crossing = firstCrossing(found)) {
    const { first, second, at } = crossing;
    const inner = [at, ...found.slice(first + 1, second + 1)];
    const outer = [...found.slice(0, first + 1), at, ...found.slice(second + 1)];
    found = Math.abs(areaOf(inner)) > Math.abs(areaOf(outer)) ? inner : outer;
  }
  return found;
}
function firstCrossing(ring: readonly Corner[]): { first: number; second: number; at: Corner } | null {
  const count = ring.length;
  for (let first = 0; first < count; first++) {
    for (let second = first + 2; second < count; second++) {
      if (first === 0 && second === count - 1) continue; // neighbours, around the end
      const at = crossingOf(ring[first], ring[first + 1], ring[second], ring[(second + 1) % count]);
      if (at) return { first, second, at };
    }
  }
  return null;
}
function crossingOf([x1, y1]: Corner, [x2, y2]: Corner, [x3, y3]: Corner, [x4, y4]: Corner): Corner | null {
  const across = (x2 - x1) * (y4 - y3) - (y2 - y1) * (x4 - x3);
  if (!across) return null;
  const along = ((x3 - x1) * (y4 - y3) - (y3 - y1) * (x4 - x3)) / across;
  const other = ((x3 - x1) * (y2 - y1) - (y3 - y1) * (x2 - x1)) / across;
  return along >= 0 && along <= 1 && other >= 0 && other <= 1 ? [x1 + along * (x2 - x1), y1 + along * (y2 - y1)] : null;
}
/** Twice the area that a ring encloses, by its sign the way it goes round. */
export const areaOf = (ring: readonly Corner[]): number =>
  ring.reduce((sum, [x, y], at) => { const [x2, y2] = ring[(at + 1) % ring.length]; return sum + x * y2 - x2 * y; }, 0);
