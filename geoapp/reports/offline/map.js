// Puts the page's data onto its map. They are text: each goes into a node of its own, and none is read as HTML.
const ONE_COLUMN = "(max-width: 700px)"; // as in map.css

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

function swatch(style) {
  const made = element("i");
  if (style.radius) made.className = "point";
  else if (style.fill === false) made.className = "line";
  made.style.setProperty("--is", style.fill === false ? style.color : style.fillColor);
  return made;
}

// Leaflet takes the names of its layers for HTML.
function asHtml(text) {
  return element("span", text).innerHTML;
}

function tooltip([name, more]) {
  return more ? element("div", element("b", name), element("br"), more) : element("b", name);
}

// What the regions are at one of the periods: figures, colours, words.
function picture(data, at) {
  const period = data.periods[at];
  const scale = data.scales[period.scale];
  const used = ({ litres }) => litres[at];
  return {
    period,
    scale,
    none: data.regions.filter((each) => used(each) === null).length,
    nought: data.regions.filter((each) => used(each) === 0).length,
    color(region) {
      if (used(region) === null) return data.colors.none;
      if (used(region) === 0) return data.colors.nought;
      return scale.colors[scale.breaks.filter((bound) => used(region) / data.units.small.per >= bound).length];
    },
    figure(region) {
      if (used(region) === null) return data.words.none;
      const share = period.litres > 0 ? ` · ${percentText(used(region) / period.litres)}` : "";
      return volumeText(used(region), data.units) + share;
    },
  };
}

// The heading, the key below it, and how they are written for a picture.
function panel({ heading, words, colors }) {
  const [lines, classes, seen, note] = [element("div"), element("div"), element("div"), element("p")];
  note.className = "note";
  lines.setAttribute("aria-live", "polite");
  const more = element("p", words.more);
  more.className = "screen";
  const head = element("div", element("h1", heading.name), element("h2", heading.topic), lines);
  const said = [heading.version, ...heading.credits].map((line) => element("p", line));
  const key = element("div", classes, seen, more, ...said);
  if (heading.mark) {
    const marked = element("p", heading.mark);
    marked.className = "mark";
    key.append(marked);
  }
  [head.id, key.id] = ["head", "key"];
  const told = element("div", head, key);
  told.id = "told";
  const row = (style, text) => element("p", swatch(style), text);
  return {
    told,
    head,
    write({ period, scale, none, nought }) {
      lines.replaceChildren(...period.lines.map((line) => element("p", line)));
      const rows = scale.texts.map((text, at) => row({ fillColor: scale.colors[at] }, text)).reverse();
      if (nought) rows.push(row({ fillColor: colors.nought }, words.nought));
      if (none) rows.push(row({ fillColor: colors.none }, words.none));
      note.textContent = scale.note;
      classes.replaceChildren(element("h2", scale.unit), ...rows, note);
    },
    list: (layers) => seen.replaceChildren(...layers.map(({ name, style }) => row(style, name))),
    room: (isShort) => more.classList.toggle("none", !isShort),
  };
}

// Chooses among the periods: a list, and a step back and on beside it.
function chooser({ periods, words }, choose) {
  const list = element("select", ...periods.map(({ name }) => element("option", name)));
  list.setAttribute("aria-label", words.period);
  const step = (by, sign, name) => {
    const button = element("button", sign);
    button.type = "button";
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      list.selectedIndex += by;
      chosen();
    });
    return button;
  };
  const [back, on] = [step(-1, "‹", words.back), step(1, "›", words.on)];
  const chosen = () => {
    // Not disabled: who stands on the button keeps standing there.
    back.setAttribute("aria-disabled", list.selectedIndex === 0);
    on.setAttribute("aria-disabled", list.selectedIndex === periods.length - 1);
    choose(list.selectedIndex);
  };
  list.addEventListener("change", chosen);
  chosen();
  const made = element("div", back, list, on);
  made.id = "chooser";
  return made;
}

// What Leaflet writes of itself, in the report's language.
function controls(map, control, words) {
  L.control.scale({ imperial: false }).addTo(map);
  if (matchMedia(ONE_COLUMN).matches) {
    control.remove();
    control.options.collapsed = true;
    control.addTo(map);
  }
  const said = { ".leaflet-control-zoom-in": words.nearer, ".leaflet-control-zoom-out": words.farther, ".leaflet-control-layers-toggle": words.layers };
  for (const [which, text] of Object.entries(said)) {
    const node = document.querySelector(which);
    node.title = text;
    node.setAttribute("aria-label", text);
  }
}

function show(map, control) {
  const data = JSON.parse(document.getElementById("data").textContent);
  document.documentElement.lang = data.lang;
  const told = panel(data);
  document.body.prepend(told.told);
  map.options.zoomSnap = 0.25;
  map.invalidateSize({ animate: false });
  if (data.bounds) map.fitBounds(data.bounds);
  data.regions = data.layers[0].features.map(({ properties }) => properties);
  let now = picture(data, 0);
  const drawn = data.layers.map(({ name, shown, style, features }, at) => {
    const layer = L.geoJSON(features, {
      style: ({ properties }) => ({ ...style, ...(at === 0 && { fillColor: now.color(properties) }) }),
      pointToLayer: (_, where) => L.circleMarker(where, style),
    });
    const of = ({ feature: { properties } }) => (at === 0 ? [properties.told[0], now.figure(properties)] : properties.told);
    layer.bindTooltip((each) => tooltip(of(each)), { sticky: true });
    if (shown) layer.addTo(map);
    control.addOverlay(layer, asHtml(name));
    return { name, style, layer };
  });
  controls(map, control, data.words);
  const [regions, others] = [drawn[0].layer, drawn.slice(1)];
  const list = () => told.list(others.filter(({ layer }) => map.hasLayer(layer)));
  map.on("overlayadd overlayremove", list);
  list();
  const choose = (at) => {
    now = picture(data, at);
    told.write(now);
    regions.setStyle(({ properties }) => ({ fillColor: now.color(properties) }));
  };
  if (data.periods.length > 1) told.head.append(chooser(data, choose));
  else choose(0);
  const most = (layer) => layer.feature.properties.litres[0] ?? -1;
  names(map, regions.getLayers().sort((a, b) => most(b) - most(a)), told.room);
  paper(map, data.bounds);
}
