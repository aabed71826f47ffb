// Without a network: what was seen last, marked as of when; back on the net the page asks anew and says whether figures changed.
// The service worker (`offline/worker.ts`) marks what it gives out of its store.
import type { Map as GlMap, MapSourceDataEvent } from "maplibre-gl";
import { answered, hearKept } from "./api";
import type { Context } from "./context";
import { h, replace } from "./dom";
import { moment } from "./format";
import { language, t } from "./i18n";
import { toast } from "./ui/notices";

const LAST = "shuitu-last-view", BEFORE = "shuitu-version-before";
const LOOK_MS = 20_000;
/** Whether a worker hears all that this page asks for: one may come in the midst of it. */
const heardFromTheFirst = "serviceWorker" in navigator && navigator.serviceWorker.controller !== null;

/**
 * Install the worker where the server offers one and the page is its own window; take it away where it does no more. Once the map is
 * drawn, as the page's parts are fetched a second time then; without a map at once.
 */
function keepForLater(map: GlMap | null): void {
  const offered = document.documentElement.dataset.offline;
  if (!("serviceWorker" in navigator) || window.top !== window || document.documentElement.hasAttribute("data-embed")) return;
  const settle = (): void => {
    if (offered) void navigator.serviceWorker.register(offered, { updateViaCache: "none" }).catch(() => undefined);
    else void navigator.serviceWorker.getRegistrations().then((all) => Promise.all(all.map((each) => each.unregister())));
  };
  if (map) map.once("idle", settle);
  else settle();
}

/** The address that was looked at last, for a page that is opened from a home screen without a network. */
export const lastView = (): string => read(localStorage, LAST) ?? "";
const read = (store: Storage, key: string): string | null => {
  try {
    return store.getItem(key);
  } catch {
    return null; // a browser that keeps nothing
  }
};
const write = (store: Storage, key: string, value: string): void => {
  try {
    store.setItem(key, value);
  } catch { /* it keeps nothing */ }
};

/** Before there is a worker nothing is kept: it is told what the page has asked for until then, the map's tiles among it. */
function tellSeen(map: GlMap | null): void {
  if (!("serviceWorker" in navigator) || heardFromTheFirst || !document.documentElement.dataset.offline) return;
  const tiles = new Set<string>();
  const note = (event: MapSourceDataEvent): void => {
    const { tiles: templates, url } = (map?.getSource(event.sourceId) ?? {}) as { tiles?: string[]; url?: string };
    const at = event.tile?.tileID.canonical;
    if (url) tiles.add(url);
    if (at && templates) tiles.add(templates[0].replace("{z}", String(at.z)).replace("{x}", String(at.x)).replace("{y}", String(at.y)));
  };
  map?.on("sourcedata", note);
  void navigator.serviceWorker.ready.then(({ active }) => {
    map?.off("sourcedata", note);
    active?.postMessage({ keep: [...answered, ...tiles] });
  });
}

/** Tell when what is shown was seen, as long as it is from the store; and on the net again that, and whether, figures changed. */
export function mountAway(place: HTMLElement, context: Context, seenAt: string | null, map: GlMap | null): void {
  keepForLater(map);
  tellSeen(map);
  const { version } = context.meta.as_of;
  const remember = (): void => write(localStorage, LAST, location.search);
  remember();
  context.store.subscribe(() => setTimeout(remember));
  const before = read(sessionStorage, BEFORE);
  if (before !== null && seenAt === null) {
    sessionStorage.removeItem(BEFORE);
    toast(Number(before) === version ? t("backSame", { version }) : t("backChanged", { before, version }));
  }
  let since = seenAt;
  let timer = 0;
  const draw = (): void => {
    place.hidden = since === null;
    if (since !== null) replace(place, h("span", {}, t("offlineSeen", { time: moment(since, language()), version })),
      h("button", { type: "button", class: "button small", "data-testid": "offline-again", onclick: () => void look() }, t("retry")));
  };
  const begin = (at: string): void => {
    if (since === null || at < since) since = at; // the oldest of what is shown
    draw();
    if (!timer) timer = window.setInterval(() => void look(), LOOK_MS);
  };
  /** Whether the server answers again; then the page is made anew of what it says. */
  async function look(): Promise<void> {
    const alive = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(10_000) }).then(({ ok }) => ok, () => false);
    if (!alive || since === null) return;
    write(sessionStorage, BEFORE, String(version));
    location.reload();
  }
  hearKept((at) => { if (at) begin(at); });
  addEventListener("online", () => { if (since !== null) void look(); });
  context.store.subscribe((_, changed) => { if (changed.has("lang")) draw(); });
  if (seenAt) begin(seenAt);
}
