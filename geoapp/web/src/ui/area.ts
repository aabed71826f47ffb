// The place of the totals of an area, in the drawer. What draws them comes when an area is first asked for.
import type { Map as GlMap } from "maplibre-gl";
import type { Panel } from "../area/panel";
import type { Context } from "../context";
import { t } from "../i18n";
import { errorText, toast } from "./notices";

interface Around { raise(): void; lower(): void; tab(name: string): void }

export function mountAreaPlace(place: HTMLElement, context: Context, map: GlMap | null, around: Around): { toggle(): void; escape(): boolean } {
  const { store } = context;
  // An address that says where to look is followed; without it what it asks of is brought into sight.
  const seek = !store.state.camera;
  let panel: Panel | null = null;
  let comes = false;
  async function come(): Promise<void> {
    if (panel || comes || !store.state.area) return;
    comes = true;
    try {
      const { mountArea } = await import("../area/panel");
      panel = mountArea(place, context, map, around, seek);
    } catch (error) {
      toast(`${t("areaFailed")} ${errorText(error)}`, { kind: "warn", action: { text: t("retry"), run: () => void come() } });
    } finally {
      comes = false;
    }
  }
  /** It stands where the overview does: that page has to be the open one. */
  function open(): void {
    around.tab("overview");
    around.raise();
    void come();
  }
  // Where the camera stands is known from the first picture on.
  if (map && !map.loaded()) map.once("load", () => { if (store.state.area) open(); });
  else if (store.state.area) open();
  store.subscribe((state, changed) => { if (changed.has("area") && state.area) open(); });
  return {
    toggle: () => {
      const { area, region } = store.state;
      store.set({ area: area ? "" : map ? "view" : `regions:${region || context.city}`, drawer: true, table: false });
    },
    escape: () => panel?.escape() ?? false,
  };
}
