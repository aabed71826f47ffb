// Patterns of diagonal lines, drawn here: how uncertain a cell is, and where there is no data.
import { NO_DATA, NO_DATA_LINE } from "../classes";

const SIDE = 16;

/** Diagonal lines every so many pixels, on a ground or on nothing; without spacing there are none. */
export function hatch(spacing: number, color = "#4a3410", ground = "", width = 1.1): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d")!;
  if (ground) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, SIDE, SIDE);
  }
  pen.strokeStyle = color;
  pen.lineWidth = width;
  if (spacing) for (let at = -SIDE; at <= 2 * SIDE; at += spacing) {
    pen.moveTo(at, SIDE);
    pen.lineTo(at + SIDE, 0);
  }
  pen.stroke();
  return pen.getImageData(0, 0, SIDE, SIDE);
}

/** The ground of the city: what is painted upon it has data. */
export const noDataPattern = (): ImageData => hatch(8, NO_DATA_LINE, NO_DATA, 1.4);
