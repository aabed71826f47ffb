// The same parts in two layouts: cards around the map, or on a phone a sheet at the bottom with tabs.
import type { Context } from "../context";
import { byId, h, replace } from "../dom";
import { type Key, t } from "../i18n";

const PHONE = matchMedia("(max-width: 760px)");
const TABS: [string, Key][] = [["overview", "overview"], ["filters", "filters"], ["layers", "layersShort"], ["legend", "legend"]];
type Height = "low" | "half" | "full";

export function mountLayout(context: Context): { tab(name: string): void; raise(): void; lower(): void } {
  const sheet = byId("sheet");
  const pages: Record<string, HTMLElement> = { overview: byId("drawer"), filters: byId("filters"), layers: byId("layers"), legend: byId("legend") };
  const tabs = byId("tabs");
  const handle = h("button", { type: "button", class: "sheet-handle", "data-testid": "sheet-handle", "aria-controls": "sheet" }, h("i"));
  const body = h("div", { class: "sheet-pages" });
  let current = "";
  let height: Height = "low";

  function rise(next: Height): void {
    height = next;
    sheet.dataset.height = next;
    sheet.style.transform = "";
    handle.setAttribute("aria-expanded", String(next !== "low"));
  }
  function tab(name: string): void {
    current = PHONE.matches || name !== "overview" ? name : "filters";
    for (const [key, page] of Object.entries(pages)) {
      const always = !PHONE.matches && (key === "overview" || key === "legend");
      page.classList.toggle("tab-hidden", !always && key !== current);
    }
    drawTabs();
  }
  function drawTabs(): void {
    const shown = PHONE.matches ? TABS : TABS.filter(([name]) => name === "filters" || name === "layers");
    const on = context.state.layers.length;
    const active = tabs.contains(document.activeElement);
    replace(tabs, shown.map(([name, key], i) => h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "data-testid": `tab-${name}`, "aria-selected": String(name === current), "aria-controls": pages[name].id, tabindex: name === current ? 0 : -1,
      onclick: () => { tab(name); if (PHONE.matches && height === "low") rise("half"); },
      onkeydown: (event: KeyboardEvent) => {
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? shown.length - 1 : 0;
        if (step) tab(shown[(i + step) % shown.length][0]);
      },
    }, t(key), name === "layers" && on ? h("span", { class: "bubble" }, on) : null)));
    if (active) tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  function arrange(): void {
    document.body.classList.toggle("phone", PHONE.matches);
    if (PHONE.matches) {
      replace(body, ...Object.values(pages));
      replace(sheet, handle, byId("timebar"), tabs, body);
      rise("low");
      tab("overview");
    } else {
      const panel = byId("panel");
      replace(panel, tabs, pages.filters, pages.layers);
      byId("left").append(panel, pages.legend);
      document.body.append(byId("timebar"), pages.overview);
      tab("filters");
    }
    handle.setAttribute("aria-label", t("sheetToggle"));
  }
  drag(sheet, handle, () => height, rise);
  arrange();
  PHONE.addEventListener("change", arrange);
  context.store.subscribe((_, changed) => {
    if (changed.has("lang") || changed.has("layers")) drawTabs();
    if (changed.has("region") && PHONE.matches) {
      tab("overview");
      if (context.state.region && height !== "half") rise("half");
    }
  });
  return { tab, lower: () => PHONE.matches && rise("low"), raise: () => PHONE.matches && height === "low" && rise("half") };
}

/** Drag the sheet by its handle; a tap steps it up or down. */
function drag(sheet: HTMLElement, handle: HTMLElement, height: () => Height, rise: (next: Height) => void): void {
  let start = 0;
  let moved = 0;
  let dragging = false;
  handle.addEventListener("pointerdown", (event) => {
    dragging = true;
    start = event.clientY;
    moved = 0;
    handle.setPointerCapture(event.pointerId);
    sheet.classList.add("dragging");
  });
  handle.addEventListener("pointermove", (event) => {
    if (!dragging) return;
    moved = event.clientY - start;
    sheet.style.transform = `translateY(${Math.max(moved, -innerHeight * 0.5)}px)`;
  });
  const end = () => {
    if (!dragging) return;
    dragging = false;
    sheet.classList.remove("dragging");
    const order: Height[] = ["low", "half", "full"];
    const at = order.indexOf(height());
    if (moved < -30) rise(order[Math.min(2, at + (moved < -260 ? 2 : 1))]);
    else if (moved > 30) rise(order[Math.max(0, at - (moved > 260 ? 2 : 1))]);
    else rise(height());
  };
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
  handle.addEventListener("click", () => {
    if (Math.abs(moved) < 8) rise(height() === "low" ? "half" : height() === "half" ? "full" : "low");
    moved = 0;
  });
}
