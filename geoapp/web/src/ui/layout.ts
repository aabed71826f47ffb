// The same parts in every layout (form.ts): cards around the map; pages of a panel beside it or of a sheet below it, with tabs;
// or one column without a map.
import type { Context } from "../context";
import { byId, h, icon, replace } from "../dom";
import { form, isDocked, onForm } from "../form";
import { type Key, t } from "../i18n";
import { drag } from "./drag";

const TABS: [string, Key][] = [["overview", "overview"], ["filters", "filters"], ["layers", "layersShort"], ["legend", "legend"], ["table", "tableShort"]];
const HEIGHTS = ["low", "half", "full"] as const;
type Height = (typeof HEIGHTS)[number];

export function mountLayout(context: Context, fillTable: (place: HTMLElement) => void): { tab(name: string): void; raise(): void; lower(): void; measure(): void } {
  const sheet = byId("sheet");
  const pages: Record<string, HTMLElement> = { overview: byId("drawer"), filters: byId("filters"), layers: byId("layers"), legend: byId("legend"), table: h("section", { id: "table", class: "card", "data-testid": "table", role: "region" }) };
  const tabs = byId("tabs");
  const handle = h("button", { type: "button", class: "sheet-handle", "data-testid": "sheet-handle", "aria-controls": "sheet" }, h("i"));
  const body = h("div", { class: "pages" });
  const close = h("button", { type: "button", class: "icon-button panel-close", "data-testid": "panel-close", onclick: () => { context.store.set({ drawer: false }); byId("open-drawer").focus(); } }, icon("close"));
  let current = "";
  let height: Height = "low";

  function rise(next: Height): void {
    height = next;
    sheet.dataset.height = next;
    document.documentElement.dataset.sheet = next;
    sheet.style.transform = "";
    handle.setAttribute("aria-expanded", String(next !== "low"));
  }
  /** Whether the address asks for what is in the sheet, and for nothing that has to be seen on the map. */
  function isAsked(): boolean {
    const { table, region, object, cell, second } = context.state;
    return table || (region !== "" && !object && !cell && !second);
  }
  /** The table comes when it is first asked for. */
  function lookTable(): void {
    const { table } = context.state;
    document.body.classList.toggle("table-open", table);
    pages.table.hidden = form() === "plain" || !table;
    pages.table.setAttribute("aria-label", t("tableTitle"));
    if (table) fillTable(pages.table);
  }
  function tab(name: string): void {
    current = name === "layers" || isDocked() ? name : "filters";
    if (isDocked() && (current === "table") !== context.state.table) context.store.set({ table: current === "table" });
    for (const [key, page] of Object.entries(pages)) {
      const always = !isDocked() && (key === "overview" || key === "legend" || key === "table");
      page.classList.toggle("tab-hidden", !always && key !== current);
    }
    drawTabs();
  }
  function drawTabs(): void {
    const shown = isDocked() ? TABS : TABS.filter(([name]) => name === "filters" || (name === "layers" && form() !== "plain"));
    const on = context.state.layers.length;
    const active = tabs.contains(document.activeElement);
    replace(tabs, shown.map(([name, key], i) => h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "data-testid": `tab-${name}`, "aria-selected": String(name === current), "aria-controls": pages[name].id, tabindex: name === current ? 0 : -1,
      onclick: () => { tab(name); if (form() === "sheet" && height === "low") rise("half"); },
      onkeydown: (event: KeyboardEvent) => {
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? shown.length - 1 : 0;
        if (step) tab(shown[(i + step) % shown.length][0]);
      },
    }, t(key), name === "layers" && on ? h("span", { class: "bubble" }, on) : null)));
    if (active) tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  function arrange(): void {
    const kind = form();
    const [left, panel, timebar] = ["left", "panel", "timebar"].map(byId);
    delete document.documentElement.dataset.sheet;
    if (isDocked()) replace(body, ...Object.values(pages));
    if (kind === "sheet") {
      left.after(sheet);
      replace(sheet, handle, timebar, tabs, body);
      rise(isAsked() ? "half" : "low");
    } else if (kind === "side") {
      replace(panel, h("div", { class: "panel-head" }, tabs, close), body);
      left.append(panel);
      left.after(timebar);
    } else if (kind === "cards") {
      replace(panel, tabs, pages.filters, pages.layers);
      left.append(panel, pages.legend);
      document.body.append(timebar, pages.overview, pages.table);
    } else {
      // Read from above: what it is of, when, the tables, and what they can be narrowed to.
      replace(panel, tabs, pages.filters, pages.layers);
      byId("map").before(left, byId("bar"), timebar, pages.overview);
      byId("map").after(panel);
    }
    tab(isDocked() && context.state.table ? "table" : isDocked() && !current ? "overview" : current);
    lookTable();
    name();
  }
  function name(): void {
    handle.setAttribute("aria-label", t("sheetToggle"));
    close.setAttribute("aria-label", t("close"));
    close.title = t("close");
  }
  const measure = measuring();
  drag(sheet, handle, HEIGHTS, () => height, rise, () => rise(height === "low" ? "half" : height === "half" ? "full" : "low"));
  arrange();
  onForm(arrange);
  context.store.subscribe((_, changed) => {
    if (changed.has("lang")) name();
    if (changed.has("lang") || changed.has("layers")) drawTabs();
    if (changed.has("table")) {
      lookTable();
      if (isDocked() && context.state.table !== (current === "table")) tab(context.state.table ? "table" : "overview");
    }
    if (changed.has("lang")) lookTable();
    // Who chooses in the table goes on in it.
    if (changed.has("region") && isDocked() && !context.state.table) {
      tab("overview");
      // Over two maps it would cover the one below; their heads tell of the region.
      if (form() === "sheet" && context.state.region && !context.state.second && height !== "half") rise("half");
    }
    // What is opened on the map has to be seen there.
    if ((changed.has("object") && context.state.object) || (changed.has("cell") && context.state.cell)) lower();
  });
  const lower = (): void => { if (form() === "sheet" && height !== "low") rise("low"); };
  const raise = (): void => {
    if (form() === "sheet" && height === "low") rise("half");
    if (form() === "side") context.store.set({ drawer: true });
  };
  return { tab, lower, raise, measure };
}

/** Tell the styles how high is what other parts stand above or below: words wrap differently in every language. */
function measuring(): () => void {
  const root = document.documentElement.style;
  const parts = ["top", "bar", "timebar", "tabs"];
  const measure = (): void => {
    for (const id of parts) root.setProperty(`--${id}-height`, `${Math.ceil(byId(id).getBoundingClientRect().height)}px`);
  };
  const watch = new ResizeObserver(measure);
  for (const id of parts) watch.observe(byId(id));
  return measure;
}
