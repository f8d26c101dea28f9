// The map of a table's places. The list beside it stands without it; with it, each place of the list shows itself on the map.
"use strict";
(() => {
  const box = document.querySelector("[data-places]");
  if (!box || !window.L) return;
  const { places, tiles, credit, creditUrl, list, status, titles, name } = box.dataset;
  const words = JSON.parse(titles);
  const colour = getComputedStyle(box).getPropertyValue("--strong").trim() || "#0b5394";
  const controls = { zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut };
  const map = L.map(box, { zoomControl: false, attributionControl: false, scrollWheelZoom: false });
  map.setView([36, 138], 5);
  L.control.zoom(controls).addTo(map);
  const source = document.createElement(creditUrl ? "a" : "span");
  if (creditUrl) Object.assign(source, { href: creditUrl, rel: "noopener" });
  source.textContent = credit;
  L.control.attribution({ prefix: false }).addAttribution(source.outerHTML).addTo(map);
  // Tiles that are no longer wanted are taken away as they are: Leaflet would give them a data: picture, which the page forbids.
  const Tiles = L.TileLayer.extend({
    _removeTile: L.GridLayer.prototype._removeTile,
    _abortLoading() {
      for (const [key, tile] of Object.entries(this._tiles)) {
        if (tile.coords.z === this._tileZoom) continue;
        tile.el.onload = tile.el.onerror = L.Util.falseFn;
        if (tile.el.complete) continue;
        tile.el.remove();
        delete this._tiles[key];
      }
    },
  });
  new Tiles(tiles, { maxZoom: 18 }).addTo(map);
  box.addEventListener("focus", () => map.scrollWheelZoom.enable());
  box.addEventListener("blur", () => map.scrollWheelZoom.disable());

  const told = (properties) => {
    const facts = document.createElement("dl");
    for (const [key, title] of Object.entries(words)) {
      if (properties[key] === null || properties[key] === undefined) continue;
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = title;
      value.textContent = String(properties[key]);
      facts.append(term, value);
    }
    return facts;
  };
  const called = (feature) => String(feature.properties[name] ?? "");

  const show = (features) => {
    const shown = document.getElementById(list);
    const layers = [];
    const entries = features.map((feature) => {
      const [east, north] = feature.geometry.coordinates;
      const layer = L.circleMarker([north, east], { radius: 8, color: colour, weight: 2, fillOpacity: 0.35 });
      layer.bindPopup(told(feature.properties), { autoPanPadding: [24, 24] }).addTo(map);
      layers.push(layer);
      const entry = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = called(feature) || `${north}, ${east}`;
      button.addEventListener("click", () => {
        map.setView([north, east], Math.max(map.getZoom(), 15), { animate: false });
        layer.openPopup();
        document.getElementById(status).textContent = button.textContent;
      });
      entry.append(button);
      return entry;
    });
    shown.replaceChildren(...entries);
    if (layers.length) map.fitBounds(L.featureGroup(layers).getBounds(), { maxZoom: 15, padding: [24, 24] });
  };

  fetch(places)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
    .then((found) => show(found.features.filter((each) => each.geometry && each.geometry.type === "Point")))
    .catch(() => { box.hidden = true; }); // the list remains
})();
