// Puts the page's data onto its map. They are text: each goes into a node of its own, and none is read as HTML.
function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

// Leaflet takes the names of its layers for HTML.
function asHtml(text) {
  return element("span", text).innerHTML;
}

function tooltip(layer) {
  const [name, more] = layer.feature.properties.told;
  return more ? element("div", element("b", name), element("br"), more) : element("b", name);
}

function heading({ name, lines, unit, legend, version, credits, mark }) {
  const told = element("div", element("h1", name), ...[...lines, unit].map((line) => element("p", line)));
  told.id = "told";
  for (const { color, text } of legend) {
    const swatch = element("i");
    swatch.style.background = color;
    told.append(element("p", swatch, text));
  }
  told.append(element("p", version), ...credits.map((line) => element("p", line)));
  if (mark) {
    const marked = element("p", mark);
    marked.className = "mark";
    told.append(marked);
  }
  return told;
}

function show(map, control) {
  const data = JSON.parse(document.getElementById("data").textContent);
  document.documentElement.lang = data.lang;
  const told = heading(data.heading);
  document.body.prepend(told);
  for (const { name, shown, style, features } of data.layers) {
    const layer = L.geoJSON(features, {
      style: ({ properties }) => ({ ...style, ...(properties.color && { fillColor: properties.color }) }),
      pointToLayer: (_, at) => L.circleMarker(at, style),
    });
    layer.bindTooltip(tooltip, { sticky: true });
    if (shown) layer.addTo(map);
    control.addOverlay(layer, asHtml(name));
  }
  // Beside what is told, where the window is wide enough for both.
  const beside = told.offsetWidth + 24;
  if (data.bounds) map.fitBounds(data.bounds, { paddingTopLeft: [beside * 2 < innerWidth ? beside : 0, 0] });
}
