// Two linked maps: the switch, the room of both in the window, and the second one's coming and going. Its code comes when it is first wanted.
import type { Context } from "../context";
import type { MapView } from "../map/view";
import { isLow, onForm } from "../form";
import { freePadding, seen } from "../map/room";
import { besidePeriod, pairOf } from "../periods";
import { isCompare, type State } from "../state";

/** The overview gives its room to the maps, and has it back from them. */
let gave = false;

/** Split the map, or have it whole again: one act. The second map begins with the same measure of the year before, or where there is no such period with another measure of the same. */
export function switchSecond({ store, meta, state }: Context): void {
  if (state.second) {
    store.set({ second: null, ...(gave ? { drawer: true } : {}) });
    gave = false;
    return;
  }
  const period = besidePeriod(state.period, meta.months);
  const measure = period !== state.period ? state.measure : state.measure === "per_km2" ? "volume" : "per_km2";
  gave = state.drawer && !state.table;
  store.set({ second: { measure, ...(isCompare(measure) ? pairOf(period, "", meta.months) : { period, versus: "" }) }, ...(gave ? { drawer: false } : {}) });
}

/** On a telephone on its side there is no room for two maps and a panel: whoever opens it then has it until it is closed. */
function giveRoom({ store, state }: Context): void {
  if (!state.second || !state.drawer || !isLow()) return;
  gave = true;
  store.set({ drawer: false, table: false });
}

/** The styles give each map its part of the window. */
export const splitWindow = ({ second }: State): void => void document.body.classList.toggle("split", second !== null);

export function mountSecond(view: MapView, context: Context): void {
  const { store } = context;
  let close: (() => void) | null = null;
  let coming = false;

  async function look(): Promise<void> {
    if (!store.state.second) {
      close?.();
      close = null;
      return;
    }
    if (close || coming) return;
    coming = true;
    try {
      const [{ openSecond }] = await Promise.all([import("../second/open"), view.ready]);
      if (store.state.second) close = openSecond(view, context, () => switchSecond(context));
    } catch (error) {
      store.set({ second: null }); // rather one map than an empty half
      context.emit("failed", { what: "second", error, retry: () => switchSecond(context) });
    } finally {
      coming = false;
    }
  }
  giveRoom(context);
  onForm(() => giveRoom(context));
  store.subscribe((state, changed, cause) => {
    if (!changed.has("second")) return;
    const before = seen(view.map);
    const was = document.body.classList.contains("split");
    splitWindow(state);
    if (was !== (state.second !== null)) queueMicrotask(() => {
      // What was seen is still seen, once every panel has its place; the back button brings a camera of its own.
      view.map.resize();
      if (cause === "set" || !state.camera) view.map.fitBounds(before, { padding: state.second ? 0 : freePadding(), animate: false });
    });
    void look();
  });
  void look();
}
