// What the page needs of whatever shows the regions: the map, or tables where no map can be drawn.
import type { Mover } from "../api";

export interface Face {
  selectRegion(code: string): void;
  openCell(mover: Mover): void;
  /** Close what lies on top; says whether there was anything. */
  escape(): boolean;
}
