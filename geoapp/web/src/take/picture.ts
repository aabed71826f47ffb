// The map as one picture: title, what it is of, the map, its legend, scale, source, version. Drawn here from what the page shows.
import { t } from "../i18n";
import { withTexts } from "./png";
import { tile } from "./tile";
import { scaleBar } from "./scale";
import type { Size } from "./sizes";
import { snapshot, type View } from "./snapshot";
import type { Told } from "./told";

const INK = "#1b2b32", SOFT = "#52626a", DEEP = "#0d4a6b", LINE = "#cfccc3", PAPER = "#fffefc";
const FAMILY = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans", system-ui, sans-serif';
const font = (size: number, weight = 400): string => `${weight} ${size}px ${FAMILY}`;
const EDGE = 22, ROW = 22, SIDE = 236, LEADING = 1.45;

interface Line { text: string; size: number; weight: number; color: string }
/** Chinese breaks between any two characters, other words at blanks. */
const PIECES = /[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/gu;

class Pen {
  /** Every word that was drawn. */
  readonly words: string[] = [];
  constructor(readonly pen: CanvasRenderingContext2D) {
    pen.textBaseline = "top";
  }
  wrap(text: string, size: number, weight: number, width: number): string[] {
    this.pen.font = font(size, weight);
    const lines: string[] = [];
    let line = "";
    for (const word of text.match(PIECES) ?? []) {
      // What has no place to break, like an address, is broken anywhere.
      for (const piece of this.pen.measureText(word).width > width ? word : [word]) {
        if (line && this.pen.measureText(line + piece.trimEnd()).width > width) {
          lines.push(line.trimEnd());
          line = "";
        }
        line += piece;
      }
    }
    return line ? [...lines, line.trimEnd()] : lines;
  }
  lines(texts: readonly string[], size: number, width: number, color = SOFT, weight = 400): Line[] {
    return texts.flatMap((text) => this.wrap(text, size, weight, width)).map((text) => ({ text, size, weight, color }));
  }
  static height = (lines: readonly Line[]): number => lines.reduce((sum, { size }) => sum + Math.round(size * LEADING), 0);
  draw(lines: readonly Line[], x: number, y: number): number {
    for (const { text, size, weight, color } of lines) {
      this.say(text, x, y, size, color, weight);
      y += Math.round(size * LEADING);
    }
    return y;
  }
  say(text: string, x: number, y: number, size: number, color: string, weight = 400, align: CanvasTextAlign = "left"): void {
    Object.assign(this.pen, { font: font(size, weight), fillStyle: color, textAlign: align });
    this.pen.fillText(text, x, y);
    this.words.push(text);
  }
}

type Legend = Told["legends"][number];
/** All legends, one below the other; says how high they are. With `draw` off it only measures. */
function legend(pen: Pen, { legends, layers, maps }: Told, x: number, y: number, width: number, columns: number, draw: boolean): number {
  let low = y;
  legends.forEach((each, i) => {
    const number = legends.length > 1 ? `${i + 1} · ` : maps.length ? `${maps.map((_, n) => n + 1).join(", ")} · ` : "";
    low += oneLegend(pen, { ...each, title: number + each.title }, i === legends.length - 1 ? layers : [], x, low, width, columns, draw) + (i < legends.length - 1 ? 12 : 0);
  });
  return low - y;
}
/** A legend in columns of a width, from a corner. */
function oneLegend(pen: Pen, { title, unit, rows }: Legend, layers: Told["layers"], x: number, y: number, width: number, columns: number, draw: boolean): number {
  const head = pen.lines([`${title}  ${unit}`], 14, width, DEEP, 600);
  if (draw) pen.draw(head, x, y);
  const top = y + Pen.height(head) + 6;
  const all = rows.length + layers.length;
  const high = Math.ceil(all / columns);
  if (draw) {
    const each = width / columns;
    const at = (i: number): [number, number] => [x + Math.floor(i / high) * each, top + (i % high) * ROW];
    rows.forEach(({ color, lines, text, count }, i) => {
      const [left, above] = at(i);
      pen.pen.fillStyle = lines ? pen.pen.createPattern(tile(lines), "repeat")! : color!;
      pen.pen.fillRect(left, above + 2, 20, 13);
      Object.assign(pen.pen, { strokeStyle: LINE, lineWidth: 0.7 });
      pen.pen.strokeRect(left, above + 2, 20, 13);
      pen.say(text, left + 28, above + 2, 12.5, INK);
      if (count) pen.say(count, left + each - 14, above + 2, 12, SOFT, 400, "right");
    });
    layers.forEach(({ color, name, geometry }, i) => {
      const [left, above] = at(rows.length + i);
      pen.pen.fillStyle = color;
      pen.pen.beginPath();
      if (geometry === "line") pen.pen.rect(left, above + 7.5, 20, 2);
      else pen.pen.arc(left + 10, above + 8.5, 6, 0, 2 * Math.PI);
      pen.pen.fill();
      pen.say(name, left + 28, above + 2, 12.5, INK);
    });
  }
  return top + high * ROW - y;
}

export interface Picture { blob: Blob; words: string[] }

export async function picture(views: View[], told: Told, size: Size): Promise<Picture> {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: size.width, height: size.height });
  const pen = new Pen(canvas.getContext("2d")!);
  pen.pen.scale(size.ratio, size.ratio);
  const [width, height] = [size.width / size.ratio, size.height / size.ratio];
  const inner = width - 2 * EDGE;
  const upright = width < height || width < 3 * SIDE;

  const head = [...pen.lines([told.title], 24, inner, DEEP, 650), ...pen.lines(told.about, 14, inner)];
  const foot = [...pen.lines(told.synthetic ? [told.synthetic] : [], 11, inner, "#7d4a08", 600), ...pen.lines(told.foot, 11, inner)];
  const columns = Math.max(1, Math.min(4, Math.floor(inner / 190)));
  const key = upright ? legend(pen, told, 0, 0, inner, columns, false) : 0;
  const top = EDGE + Pen.height(head) + 10;
  const bottom = height - EDGE - Pen.height(foot) - 8;
  const box = { x: EDGE, y: top, width: Math.floor(upright ? inner : inner - SIDE - 18), height: Math.floor(bottom - top - (upright ? key + 14 : 4)) };
  pen.pen.fillStyle = PAPER;
  pen.pen.fillRect(0, 0, width, height);
  pen.draw(head, EDGE, EDGE);
  for (const [i, part] of parts(box, views.length).entries()) {
    const caption = pen.lines(told.maps.slice(i, i + 1), 13, part.width, INK, 600);
    const over = caption.length ? Pen.height(caption) + 4 : 0;
    const place = { ...part, y: part.y + over, height: part.height - over };
    const made = await snapshot(views[i], place.width, place.height, size.ratio);
    pen.draw(caption, part.x, part.y);
    pen.pen.drawImage(made.picture, place.x, place.y, place.width, place.height);
    Object.assign(pen.pen, { strokeStyle: LINE, lineWidth: 1 });
    pen.pen.strokeRect(place.x, place.y, place.width, place.height);
    scale(pen, made.metres, place);
    if (told.synthetic) mark(pen, place);
  }
  if (upright) legend(pen, told, EDGE, box.y + box.height + 12, inner, columns, true);
  else legend(pen, told, width - EDGE - SIDE, box.y, SIDE, 1, true);
  pen.draw(foot, EDGE, bottom + 6);
  const blob = await new Promise<Blob>((done, fail) => canvas.toBlob((found) => (found ? done(found) : fail(new Error("the picture is too large"))), "image/png"));
  const texts = { Title: told.title, Description: told.about.join(" · "), Source: told.foot.join(" · "), Comment: told.synthetic, Software: "Shuitu" };
  return { blob: await withTexts(blob, texts, size.dpi), words: pen.words };
}

interface Box { x: number; y: number; width: number; height: number }
/** A box shared by as many maps, along its longer side. */
export function parts({ x, y, width, height }: Box, count: number): Box[] {
  const gap = 10;
  const lying = width > height;
  const each = Math.floor(((lying ? width : height) - gap * (count - 1)) / count);
  return Array.from({ length: count }, (_, i) => (lying ? { x: x + i * (each + gap), y, width: each, height } : { x, y: y + i * (each + gap), width, height: each }));
}

function scale(pen: Pen, metres: number, box: { x: number; y: number; width: number; height: number }): void {
  const { pixels, text } = scaleBar(metres, Math.min(140, box.width / 3));
  const [left, low] = [box.x + 12, box.y + box.height - 12];
  pen.pen.fillStyle = "rgba(255,254,252,0.86)";
  pen.pen.fillRect(left - 6, low - 22, pixels + 12, 28);
  pen.say(text, left + 4, low - 18, 11.5, INK);
  Object.assign(pen.pen, { strokeStyle: INK, lineWidth: 1.4 });
  pen.pen.beginPath();
  pen.pen.moveTo(left, low - 6);
  pen.pen.lineTo(left, low);
  pen.pen.lineTo(left + pixels, low);
  pen.pen.lineTo(left + pixels, low - 6);
  pen.pen.stroke();
}
/** On the map itself, so that it stays when somebody cuts it out. */
function mark(pen: Pen, box: { x: number; y: number; width: number }): void {
  const text = t("synthetic");
  pen.pen.font = font(12, 600);
  const wide = pen.pen.measureText(text).width + 20;
  pen.pen.fillStyle = "#fdf3df";
  pen.pen.fillRect(box.x + box.width - wide - 8, box.y + 8, wide, 24);
  pen.say(text, box.x + box.width - wide + 2, box.y + 13, 12, "#7d4a08", 600);
}
