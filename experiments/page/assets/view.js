// One map on the page: its drawing, how it is moved, and the neighbours of what is selected.
class Eye {
  constructor() { this.home = [0, 0, 1]; this.reset(); }
  reset() { [this.x, this.y, this.zoom] = this.home; }

  // All but the outermost points fill the drawing; the others lie beyond it.
  fit(places) {
    const reach = [0, 1].map((axis) => {
      const sorted = places.filter((_, i) => i % 2 === axis).sort(), last = sorted.length - 1;
      return [sorted[Math.floor(0.005 * last)] / 32767, sorted[Math.ceil(0.995 * last)] / 32767];
    });
    const widest = Math.max(...reach.map(([low, high]) => high - low)) / 2;
    this.home = [...reach.map(([low, high]) => (low + high) / 2), widest > 0 ? 1 / widest : 1];
    this.reset();
  }

  unit(width, height) { return 0.46 * Math.min(width, height) * this.zoom; }
}

class View {
  constructor(side, parent, select) {
    this.select = select;
    this.side = side;
    this.eye = new Eye();
    this.selected = this.under = -1;
    this.near = [];
    this.pointers = new Map();
    this.figure = made("figure", "view");
    this.caption = made("figcaption");
    this.caption.dir = "auto";
    this.stage = made("div", "stage");
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "application");
    this.stage.setAttribute("aria-describedby", "help");
    [this.canvas, this.points] = pointsOn(this.stage);
    this.labels = new Labels(this.stage);
    this.found = made("div", "found");
    this.figure.append(this.caption, this.stage, this.buttons(), this.found);
    parent.append(this.figure);
    listen(this);
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }

  buttons() {
    const row = made("div", "zoom");
    const add = (text, label, act) => {
      const button = made("button", "", text);
      button.type = "button";
      button.setAttribute("aria-label", label + ", " + this.side + " map");
      button.addEventListener("click", () => { act(); this.draw(); });
      row.append(button);
    };
    add("+", "Zoom in", () => this.zoom(1.5));
    add("−", "Zoom out", () => this.zoom(1 / 1.5));
    add("Show all", "Show all", () => this.eye.reset());
    return row;
  }

  show(map) {
    this.map = map;
    this.caption.textContent = map.label;
    this.stage.setAttribute("aria-label", "Map of " + map.label + ", " + map.count.toLocaleString("en") + " words");
    this.eye.fit(map.places);
    this.points.setPlaces(map.places);
    // The words that are written first where there is room.
    this.frequent = [...Array(map.count).keys()];
    if (map.counts) this.frequent.sort((a, b) => map.counts[b] - map.counts[a]);
  }

  colour(way) {
    const found = coloured(this.map, way);
    this.points.setColours(found.values);
    return found;
  }

  text(point) { return page.map.words[this.map.words[point]]; }

  at(point) {
    const width = this.canvas.width, height = this.canvas.height, unit = this.eye.unit(width, height);
    const x = this.map.places[2 * point] / 32767, y = this.map.places[2 * point + 1] / 32767;
    return [(x - this.eye.x) * unit + width / 2, height / 2 - (y - this.eye.y) * unit];
  }

  // The point nearest to a place of the drawing, within a few pixels; −1 for none.
  nearest(x, y, reach) {
    let best = -1, least = reach * reach;
    for (let i = 0; i < this.map.count; i++) {
      const [px, py] = this.at(i), away = (px - x) ** 2 + (py - y) ** 2;
      if (away < least) { least = away; best = i; }
    }
    return best;
  }

  zoom(factor, x = this.canvas.width / 2, y = this.canvas.height / 2) {
    const before = this.eye.unit(this.canvas.width, this.canvas.height);
    this.eye.zoom = Math.min(Math.max(this.eye.zoom * factor, 0.3 * this.eye.home[2]), 500 * this.eye.home[2]);
    const after = this.eye.unit(this.canvas.width, this.canvas.height);
    this.eye.x += (x - this.canvas.width / 2) * (1 / before - 1 / after);
    this.eye.y -= (y - this.canvas.height / 2) * (1 / before - 1 / after);
  }

  move(dx, dy) {
    const unit = this.eye.unit(this.canvas.width, this.canvas.height);
    this.eye.x -= dx / unit;
    this.eye.y += dy / unit;
  }

  // Selects a word by its number; what is near it in the full space is written below.
  choose(number, shared) {
    const place = number === null ? undefined : this.map.place.get(number);
    this.selected = place === undefined ? -1 : place;
    this.near = [];
    this.found.replaceChildren();
    if (number === null) return;
    const word = page.map.words[number];
    if (place === undefined) {
      this.found.append(made("p", "note", "“" + word + "” is not on this map."));
      return;
    }
    const rows = this.neighbours(place);
    this.near = rows.map((row) => this.map.place.get(row.number)).filter((at) => at !== undefined);
    this.found.append(this.table(word, rows, shared));
    this.reveal(place);
  }

  neighbours(place) {
    const { k, neighbours, cosines } = this.map, rows = [];
    for (let i = place * k; i < (place + 1) * k; i++) {
      if (neighbours[i] !== 0xffffffff) rows.push({ number: neighbours[i], cosine: cosines[i] / 32767 });
    }
    return rows;
  }

  table(word, rows, shared) {
    const table = made("table", "near"), body = made("tbody"), head = made("tr");
    const caption = made("caption", "", "Nearest to “" + word + "”");
    caption.dir = "auto";
    for (const title of ["word", "cosine"]) {
      const cell = made("th", title === "cosine" ? "number" : "", title);
      cell.scope = "col";
      head.append(cell);
    }
    for (const row of rows) {
      const line = made("tr"), cell = made("td"), text = page.map.words[row.number];
      cell.dir = "auto";
      if (this.map.place.has(row.number)) {
        const button = made("button", "link", text);
        button.type = "button";
        button.addEventListener("click", () => this.select(row.number));
        cell.append(button);
      } else cell.append(made("span", "", text));
      if (shared && shared.has(row.number)) cell.append(made("span", "both", "on both"));
      line.append(cell, made("td", "number", row.cosine.toFixed(3).replace("-", "−")));
      body.append(line);
    }
    const top = made("thead");
    top.append(head);
    table.append(caption, top, body);
    return table;
  }

  // Moves so that the selected point is in sight.
  reveal(place) {
    const [x, y] = this.at(place), edge = 0.05 * this.canvas.width;
    if (x < edge || y < edge || x > this.canvas.width - edge || y > this.canvas.height - edge) {
      this.eye.x = this.map.places[2 * place] / 32767;
      this.eye.y = this.map.places[2 * place + 1] / 32767;
    }
  }

  draw() {
    if (!this.map || this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.paint(); });
  }

  paint() {
    const box = this.stage.getBoundingClientRect(), ratio = Math.min(devicePixelRatio || 1, 2);
    const width = Math.max(1, Math.round(box.width * ratio)), height = Math.max(1, Math.round(box.height * ratio));
    for (const canvas of [this.canvas, this.labels.canvas]) {
      if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    }
    // Fewer points are larger, and all grow as the eye comes near.
    const size = Math.min(12, Math.max(2.2, 260 / Math.sqrt(this.map.count)) * Math.pow(this.eye.zoom / this.eye.home[2], 0.25)) * ratio;
    this.points.draw(this.eye, width, height, size);
    this.labels.draw(this, ratio);
  }
}
