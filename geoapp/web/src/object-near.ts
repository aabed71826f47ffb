// What stands next to an object, with how far and in which direction; and what lies behind it, for who may look.
import { type Behind, type Meta, type Neighbour } from "./api";
import { h, heading, replace } from "./dom";
import { integer } from "./format";
import { t, words } from "./i18n";
import { badgeElement } from "./map/icons";
import { objectLink } from "./ui/object-link";

const DIRECTIONS = ["north", "northEast", "east", "southEast", "south", "southWest", "west", "northWest"] as const;
const KILOMETRE = 1000;

export function distanceText(metres: number): string {
  return metres < KILOMETRE ? t("metres", { n: integer(Math.round(metres)) }) : t("kilometres", { n: (metres / KILOMETRE).toFixed(1) });
}
/** One of eight directions, in words; the same spot has none. */
export function directionText(bearing: number | null): string {
  return bearing === null ? t("sameSpot") : t(DIRECTIONS[Math.round(bearing / 45) % DIRECTIONS.length]);
}

export function showNear(place: HTMLElement, meta: Meta, near: Neighbour[], own: string, level: number): void {
  const title = words(meta.layers.find((each) => each.id === own)!.title);
  const groups = [["same", title], ["facility", t(own === "water_user" || own === "meter" || own === "well" || own === "surface_intake" ? "nearFacilities" : "nearOtherFacilities")]] as const;
  replace(place, heading(level, {}, t("near")), near.length ? h("div", { class: "links", "data-testid": "near-list" }, groups.map(([group, of]) => {
    const listed = near.filter((each) => each.group === group);
    return listed.length ? h("div", {}, heading(level + 1, {}, of), h("ul", {}, listed.map((each) => row(meta, each)))) : null;
  })) : h("p", { class: "hint" }, t("nearNone")));
}

function row(meta: Meta, each: Neighbour): HTMLElement {
  const layer = meta.layers.find((one) => one.id === each.layer);
  return h("li", { class: "near-row", "data-code": each.code },
    layer ? badgeElement(layer, 18) : null,
    h("div", {},
      objectLink(each.layer, each.code, { "data-code": each.code }, each.name || each.code),
      h("small", { "data-metres": each.distance_m }, `${distanceText(each.distance_m)} · ${directionText(each.bearing_deg)}`)));
}

export function showBehind(head: HTMLElement, source: HTMLElement, behind: Behind): void {
  if (behind.edit) head.append(h("a", { class: "button small", href: behind.edit, "data-testid": "edit" }, t("edit")));
  const { release } = behind;
  if (release) source.append(" · ", h("a", { href: release.url, "data-testid": "release-link" }, release.file || t("releaseNumber", { n: release.number })), release.actor ? ` · ${release.actor}` : "");
  if (behind.history) source.append(" · ", h("a", { href: behind.history, "data-testid": "history-link" }, t("history")));
}
