// Parallel coordinates: a range chosen on an axis leaves the trials that lie in it, on the plot and in the table.

function drawnIn(parent, name, attributes) {
  const element = document.createElementNS(parent.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

// One axis: its range from `upper` down to `lower`, as places of the drawing, which grow downwards.
class Brush {
  constructor(group, axis, bounds, changed) {
    Object.assign(this, { group, axis, changed, top: bounds.top, bottom: bounds.bottom });
    const x = Number(group.dataset.x);
    this.x = x;
    this.name = group.dataset.name;
    this.upper = this.top;
    this.lower = this.bottom;
    this.strip = drawnIn(group, "rect", { class: "strip", x: x - 16, y: this.top, width: 32, height: this.bottom - this.top });
    this.band = drawnIn(group, "rect", { class: "band", x: x - 7, width: 14 });
    this.ends = [this.end("lower", "from"), this.end("upper", "to")];
    this.strip.addEventListener("pointerdown", (event) => this.drag(event));
    // Browsers don't heed touch-action of what is drawn within SVG: without this a finger scrolls the page.
    for (const each of [this.strip, ...this.ends]) each.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    this.show();
  }

  end(which, word) {
    const end = drawnIn(this.group, "g", { class: "end", role: "slider", tabindex: 0, "aria-label": this.name + ", " + word, "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 100 });
    end.dataset.end = which;
    const up = which === "upper";
    drawnIn(end, "rect", { x: -14, y: up ? -26 : 2, width: 28, height: 24, rx: 5 });
    drawnIn(end, "path", { d: up ? "M-7 -14h14l-7 10z" : "M-7 14h14l-7 -10z" });
    end.addEventListener("keydown", (event) => this.key(event, which));
    end.addEventListener("pointerdown", (event) => this.pull(event, end, which));
    return end;
  }

  get isWhole() { return this.upper <= this.top && this.lower >= this.bottom; }

  holds(place) { return this.isWhole || (place !== null && place >= this.upper - 0.06 && place <= this.lower + 0.06); }

  clear() { this.set(this.top, this.bottom); }

  set(upper, lower) {
    const within = (y) => Math.min(Math.max(y, this.top), this.bottom);
    this.upper = within(Math.min(upper, lower));
    this.lower = within(Math.max(upper, lower));
    this.show();
    this.changed();
  }

  show() {
    this.band.setAttribute("y", this.upper);
    this.band.setAttribute("height", Math.max(this.lower - this.upper, 1));
    this.band.classList.toggle("off", this.isWhole);
    for (const end of this.ends) {
      const y = this[end.dataset.end];
      end.setAttribute("transform", "translate(" + this.x + " " + y + ")");
      end.setAttribute("aria-valuenow", Math.round(100 * this.part(y)));
      end.setAttribute("aria-valuetext", this.text(y));
      end.classList.toggle("moved", !this.isWhole);
    }
  }

  part(y) { return (this.bottom - y) / (this.bottom - this.top); }

  // What stands at a place: the nearest choice, or a number.
  text(y) {
    const { low, high, log, choices } = this.axis, part = this.part(y);
    if (choices.length) return choices[Math.round(part * (choices.length - 1))];
    const number = log ? low * (high / low) ** part : low + part * (high - low);
    return String(Number(number.toPrecision(3)));
  }

  told() {
    const from = this.text(this.lower), to = this.text(this.upper);
    return this.name + (from === to ? " " + from : " from " + from + " to " + to);
  }

  key(event, which) {
    const choices = this.axis.choices.length, step = (this.bottom - this.top) / (choices > 1 ? choices - 1 : 20);
    const moves = { ArrowUp: -step, ArrowRight: -step, ArrowDown: step, ArrowLeft: step, PageUp: -5 * step, PageDown: 5 * step };
    if (event.key === "Escape" || event.key === "Delete") this.clear();
    else if (event.key === "Home") this.put(which, this.bottom);
    else if (event.key === "End") this.put(which, this.top);
    else if (event.key in moves) this.put(which, this[which] + moves[event.key]);
    else return;
    event.preventDefault();
  }

  // Moves one end, which stops at the other.
  put(which, y) {
    if (which === "upper") this.set(Math.min(y, this.lower), this.lower);
    else this.set(this.upper, Math.max(y, this.upper));
  }

  at(event) {
    const svg = this.group.ownerSVGElement, box = svg.getBoundingClientRect();
    return ((event.clientY - box.top) / box.height) * svg.viewBox.baseVal.height;
  }

  follow(event, element, moved, done) {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    const move = (next) => moved(this.at(next));
    const stop = (last) => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", stop);
      element.removeEventListener("pointercancel", stop);
      if (done) done(this.at(last));
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", stop);
    element.addEventListener("pointercancel", stop);
  }

  drag(event) {
    const end = (y) => (y < this.top + 5 ? this.top : y > this.bottom - 5 ? this.bottom : y); // which no hand meets
    const start = this.at(event);
    this.follow(event, this.strip, (y) => this.set(end(start), end(y)), (y) => { if (Math.abs(y - start) < 3) this.clear(); });
  }

  pull(event, end, which) {
    end.focus();
    const apart = this.at(event) - this[which];
    this.follow(event, end, (y) => this.put(which, y - apart));
  }
}

function brushed(sweep, data) {
  const plot = sweep.querySelector(".parallel"), told = plot.querySelector(".chosen"), all = plot.querySelector(".all");
  const trials = Object.entries(data.trials).map(([number, places]) => ({
    places,
    line: plot.querySelector('[data-line="' + number + '"]'),
    row: sweep.querySelector('[data-row="' + number + '"]'),
  }));
  const brushes = [...plot.querySelectorAll("[data-axis]")].map((group, i) => new Brush(group, data.axes[i], data, choose));
  let waiting = 0;

  function choose() {
    const moved = brushes.filter((brush) => !brush.isWhole);
    let count = 0;
    for (const trial of trials) {
      const inside = brushes.every((brush, i) => brush.holds(trial.places[i]));
      trial.line.classList.toggle("faded", !inside);
      trial.row.hidden = !inside;
      count += inside;
    }
    all.disabled = !moved.length;
    const words = moved.length ? count + " of " + trials.length + " trials: " + moved.map((brush) => brush.told()).join("; ") + "." : "";
    clearTimeout(waiting); // told once the hand rests
    waiting = setTimeout(() => { told.textContent = words; }, 150);
  }

  for (const trial of trials) {
    trial.row.addEventListener("pointerenter", () => trial.line.classList.add("strong"));
    trial.row.addEventListener("pointerleave", () => trial.line.classList.remove("strong"));
  }
  all.hidden = plot.querySelector(".how").hidden = false;
  all.addEventListener("click", () => brushes.forEach((brush) => brush.clear()));
  choose();
}

if (page.sweeps) {
  [...document.querySelectorAll(".sweep")].filter((each) => each.querySelector(".parallel")).forEach((each, i) => brushed(each, page.sweeps[i]));
}
