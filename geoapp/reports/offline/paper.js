// On paper: one page of A4, laid out before it is printed, so that the map is drawn as large and as fine as it is there.
function paper(map, bounds) {
  let before = null;
  const lay = () => {
    if (before) return;
    const seen = map.getBounds();
    before = { center: map.getCenter(), zoom: map.getZoom(), snap: map.options.zoomSnap, retina: L.Browser.retina };
    document.body.classList.add("paper");
    map.options.zoomSnap = 0;
    L.Browser.retina = true; // a canvas of two dots a pixel
    map.invalidateSize({ animate: false });
    map.fitBounds(bounds && seen.contains(bounds) ? bounds : seen, { animate: false });
  };
  const back = () => {
    if (!before) return;
    document.body.classList.remove("paper");
    map.options.zoomSnap = before.snap;
    L.Browser.retina = before.retina;
    map.invalidateSize({ animate: false });
    map.setView(before.center, before.zoom, { animate: false });
    before = null;
  };
  addEventListener("beforeprint", lay);
  addEventListener("afterprint", back);
  matchMedia("print").addEventListener("change", ({ matches }) => (matches ? lay() : back()));
}
