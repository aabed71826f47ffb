// What was recorded at divisions themselves whose lines were moved: how much, where, and that nobody has split it.
import type { Redrawn } from "../api";
import type { Context } from "../context";
import { h } from "../dom";
import { integer, volumeText } from "../format";
import { language, listed, t, words } from "../i18n";

const NAMED = 3; // those with most; the rest are counted

/** The note under a figure; null where all of it is told in the lines of the answer. */
export function redrawnNote(context: Context, found: Redrawn | null | undefined): HTMLElement | null {
  if (!found) return null;
  const lang = language();
  const most = [...found.regions].sort((a, b) => b.volume_l - a.volume_l).slice(0, NAMED);
  const named = most.map(({ code, name, volume_l }) => `${context.nameOf(code, name)} ${volumeText(volume_l, lang)}`);
  const left = found.regions.length - named.length;
  const where = listed([...named, ...(left ? [t("more", { n: integer(left) })] : [])]);
  return h("p", { class: "fine redrawn-note", "data-testid": "redrawn-note", "data-litres": found.volume_l },
    t("redrawn", { v: volumeText(found.volume_l, lang), l: integer(found.volume_l) }), t("colon"), where, t("sentenceEnd"), words(found));
}
