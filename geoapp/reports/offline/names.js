// The names of the regions, none over another: those with the most water first, more of them the nearer one looks.
const NAME_GAP = 3; // pixels kept free around a name
const NAME_PLACES = [0, -0.6, 0.6, -1.2, 1.2]; // of its own height, from the middle of its region
const NARROW = 0.55; // of a name's width that its region is wide at least: what sticks out farther names its neighbours

function inTwoLines(name) {
  if (name.length < 14 || !name.includes(" ")) return name;
  const spaces = [...name.matchAll(/ /g)].map(({ index }) => index);
  const middle = spaces.reduce((best, each) => (Math.abs(each - name.length / 2) < Math.abs(best - name.length / 2) ? each : best));
  return `${name.slice(0, middle)}\n${name.slice(middle + 1)}`;
}

// Writes them, and again whenever the map has moved; `told` hears whether some found no room.
function names(map, layers, told) {
  const pane = map.createPane("names");
  pane.classList.add("leaflet-zoom-hide");
  const wanted = layers.map((layer) => {
    const node = element("span", inTwoLines(layer.feature.properties.told[0]));
    pane.append(node);
    return { layer, node };
  });
  const write = () => {
    const [size, corner] = [map.getSize(), map.containerPointToLayerPoint([0, 0])];
    const window = { left: 0, top: 0, right: size.x, bottom: size.y };
    const sizes = wanted.map(({ node }) => ({ width: node.offsetWidth, height: node.offsetHeight }));
    const taken = [];
    let left = 0;
    wanted.forEach(({ layer, node }, at) => {
      const place = freePlace(map, layer, sizes[at], window, taken);
      node.style.visibility = place ? "visible" : "hidden";
      if (!place) {
        left += map.getBounds().contains(layer.feature.properties.at) ? 1 : 0;
        return;
      }
      taken.push(place);
      L.DomUtil.setPosition(node, L.point(place.left, place.top).add(corner));
    });
    told(left > 0);
  };
  map.on("moveend resize viewreset", write);
  write();
  return write;
}

// The box of a name in the window that meets no other; nothing where there is none.
function freePlace(map, layer, { width, height }, window, taken) {
  const [around, middle] = [layer.getBounds(), map.latLngToContainerPoint(layer.feature.properties.at)];
  const [from, to] = [map.latLngToContainerPoint(around.getNorthWest()), map.latLngToContainerPoint(around.getSouthEast())];
  if (to.x - from.x < width * NARROW || to.y - from.y < height * NARROW) return null;
  for (const down of NAME_PLACES) {
    const [left, top] = [middle.x - width / 2, middle.y - height / 2 + down * height];
    const box = { left, top, right: left + width, bottom: top + height };
    const isIn = box.left >= window.left && box.right <= window.right && box.top >= window.top && box.bottom <= window.bottom;
    if (isIn && Math.abs(down * height) <= (to.y - from.y) / 2 && !taken.some((other) => meet(box, other))) return box;
  }
  return null;
}

const meet = (a, b) =>
  a.left - NAME_GAP < b.right && b.left - NAME_GAP < a.right && a.top < b.bottom && b.top < a.bottom;
