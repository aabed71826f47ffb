// Which layout a window gets: by its width, its height and its pointer together. The one place that decides; styles read it
// from the root element (`data-form`).

/** Cards around the map; one panel beside it; a sheet below it; or, where no map can be drawn, one column of text and tables. */
export type Form = "cards" | "side" | "sheet" | "plain";

const FINGER = matchMedia("(pointer: coarse)");
const HOVERS = matchMedia("(hover: hover)");
/** Whether what is pointed with is as wide as a finger. */
export const isTouch = (): boolean => FINGER.matches;
/** Whether there is a pointer that can be over something without pressing it. */
export const canHover = (): boolean => HOVERS.matches;

// Three columns and a time bar of use between them.
const CARDS = { width: 1180, height: 600 };
// Narrower than this nothing has room beside a panel.
const NARROW = 480;

export function formOf(width: number, height: number): Exclude<Form, "plain"> {
  if (width < NARROW || (width < height && width < CARDS.width)) return "sheet";
  return width >= CARDS.width && height >= CARDS.height ? "cards" : "side";
}
/** Below this the columns beside the map leave it so little width that what lies on it would cover what it shows. */
const SMALL = matchMedia("(max-width: 1600px)");
export const isSmall = (): boolean => form() !== "cards" || SMALL.matches;
let mapless = false;
export const form = (): Form => (mapless ? "plain" : formOf(innerWidth, innerHeight));
/** A telephone on its side: what is read there needs the height that bars take elsewhere. As the styles have it. */
const LOW = matchMedia("(max-height: 520px)");
export const isLow = (): boolean => form() === "side" && LOW.matches;
/** Whether all panels are pages of one place, of which one is open. */
export const isDocked = (): boolean => form() === "sheet" || form() === "side";

const hearers: (() => void)[] = [];
function set(): void {
  const next = form();
  if (document.documentElement.dataset.form === next) return;
  document.documentElement.dataset.form = next;
  for (const hear of hearers) hear();
}
/** There is no map on this page, and there will be none. */
export function goPlain(): void {
  mapless = true;
  set();
}
/** Hear of every other layout, after the styles know it. */
export const onForm = (hear: () => void): void => void hearers.push(hear);

let width = innerWidth;
/** Keep the layout that suits the window. */
export function followWindow(): void {
  set();
  addEventListener("resize", () => {
    // A keyboard on the screen takes height only, while its field must stay where it is.
    const typing = document.activeElement instanceof HTMLInputElement && document.activeElement.type !== "range" && innerWidth === width;
    width = innerWidth;
    if (!typing) set();
  });
}
