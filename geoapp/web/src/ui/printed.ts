// Where the print behind the demo contradicts itself: a sign at the figure it touches, and the words beneath it.
import type { PrintedNote, RegionDetail } from "../api";
import { h } from "../dom";
import { t, words } from "../i18n";

/** The sign beside a figure, which tells the note under the pointer; null where nothing is to be said. */
export function printedMark(notes: PrintedNote[] | undefined, ...figures: string[]): HTMLElement | null {
  const found = (notes ?? []).filter((note) => figures.includes(note.figure));
  return found.length ? h("abbr", { class: "printed-mark", title: found.map(words).join(" "), "data-testid": "printed-mark", "data-figure": found[0].figure }, "※") : null;
}
/** The notes at the sum of all regions in a period: of a year as a whole, and of no part of it. */
export const totalNotes = (notes: PrintedNote[] | undefined, period: string): PrintedNote[] =>
  (notes ?? []).filter((note) => note.period === period);

/** The sign beside a sum with the notes that are given. */
export const markOf = (notes: PrintedNote[]): HTMLElement | null => printedMark(notes, ...notes.map(({ figure }) => figure));

/** The same notes in words, under a legend or a list. */
export const noteOf = (notes: PrintedNote[], of: string): HTMLElement | null =>
  notes.length ? h("p", { class: "fine printed-note", "data-testid": "printed-note", "data-figure": notes[0].figure }, `※ ${of}${t("colon")}`, notes.map(words).join(" ")) : null;

/** The note in words, under the figures of a section. */
export function printedNote(detail: Pick<RegionDetail, "notes">, figure: string, of: string): HTMLElement | null {
  return noteOf((detail.notes ?? []).filter((note) => note.figure === figure), of);
}
