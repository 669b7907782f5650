// The maps: which are shown, how they are coloured, and which word is selected on all of them.
(function () {
  if (!page.map) return;
  const maps = page.map.maps.map(opened), views = [];
  const atlas = document.getElementById("atlas"), parent = document.getElementById("views");
  const told = document.getElementById("told"), key = document.getElementById("key");
  const [left, right, colour] = ["left", "right", "colour"].map((id) => document.getElementById(id));
  let selected = null;
  atlas.hidden = false;

  function opened(packed) {
    const map = { ...packed };
    map.words = unpacked(packed.words, Uint32Array);
    map.count = map.words.length;
    map.places = unpacked(packed.places, Int16Array);
    map.neighbours = unpacked(packed.neighbours, Uint32Array);
    map.cosines = unpacked(packed.cosines, Int16Array);
    map.norms = unpacked(packed.norms, Int16Array);
    map.clusters = unpacked(packed.clusters, Uint8Array);
    if (packed.counts) map.counts = unpacked(packed.counts, Uint32Array);
    if (packed.classes) map.classes = unpacked(packed.classes, Int16Array);
    map.place = new Map();
    map.words.forEach((number, place) => map.place.set(number, place));
    return map;
  }

  function option(value, text) {
    const made = document.createElement("option");
    made.value = value;
    made.textContent = text;
    return made;
  }

  function choose(number) {
    selected = number;
    const near = views.map((view) => {
      const place = number === null ? undefined : view.map.place.get(number);
      return new Set(place === undefined ? [] : view.neighbours(place).map((row) => row.number));
    });
    const both = near.length > 1 ? new Set([...near[0]].filter((each) => near[1].has(each))) : null;
    views.forEach((view) => { view.choose(number, both); view.draw(); });
    finder.tell(number);
    told.textContent = announced(number, near, both);
  }

  function announced(number, near, both) {
    if (number === null) return "";
    const word = "“" + page.map.words[number] + "”", nearest = [...near[0]].slice(0, 3);
    const names = nearest.map((each) => page.map.words[each]).join(", ");
    const said = names ? word + ": nearest in " + views[0].map.label + " are " + names : word;
    const most = Math.max(0, ...near.map((each) => each.size));
    return both && most ? said + "; " + both.size + " of " + most + " neighbours are the same in both." : said + ".";
  }

  function shown() {
    return [maps[left.value], ...(right.value === "none" ? [] : [maps[right.value]])];
  }

  function arrange() {
    const wanted = shown();
    while (views.length > wanted.length) views.pop().figure.remove();
    while (views.length < wanted.length) views.push(new View(views.length ? "right" : "left", parent, choose));
    parent.classList.toggle("two", wanted.length > 1);
    views.forEach((view, i) => view.show(wanted[i]));
    ways();
    finder.renew();
    if (selected !== null && !wanted.some((map) => map.place.has(selected))) selected = null;
    choose(selected);
  }

  function ways() {
    const before = colour.value, found = new Map(shown().flatMap((map) => [...waysOf(map)]));
    colour.replaceChildren(...[...found].map(([value, text]) => option(value, text)));
    if (found.has(before)) colour.value = before;
    paint();
  }

  function paint() {
    const found = views.map((view) => view.colour(colour.value));
    key.replaceChildren(...found.map((each, i) => keyOf(each, found.length > 1 ? views[i].map.label : "")).filter(different));
    views.forEach((view) => view.draw());
  }

  // Of two keys that say the same, one.
  function different(item, i, all) {
    return i === 0 || item.dataset.text !== all[0].dataset.text;
  }

  function keyOf(found, label) {
    const row = made("div", "key-row"), words = [];
    for (const entry of found.key || []) {
      const item = made("span", "entry"), swatch = made("span", "swatch");
      swatch.style.backgroundColor = "rgb(" + entry.colour.join(",") + ")";
      const text = made("span", "", entry.text);
      text.dir = "auto";
      item.append(swatch, text);
      row.append(item);
      words.push(entry.text);
    }
    if (found.scale) {
      const bar = made("span", "bar"), stops = found.scale.stops.map((stop) => "rgb(" + stop.join(",") + ")");
      bar.style.backgroundImage = "linear-gradient(to right, " + stops.join(", ") + ")";
      row.append(made("span", "", found.scale.low), bar, made("span", "", found.scale.high));
      words.push(found.scale.low, found.scale.high);
    }
    row.dataset.text = words.join("\u0000");
    if (label && found.scale) {
      const name = made("span", "of", label);
      name.dir = "auto";
      row.prepend(name);
    }
    return row;
  }

  const finder = search(() => [...new Set(shown().flatMap((map) => [...map.words]))], choose);
  maps.forEach((map, i) => { left.append(option(i, map.label)); right.append(option(i, map.label)); });
  right.append(option("none", "none"));
  right.value = maps.length > 1 ? "1" : "none";
  if (maps.length < 2) right.closest(".field").hidden = left.closest(".field").hidden = true;
  for (const each of [left, right]) each.addEventListener("change", arrange);
  colour.addEventListener("change", paint);
  redrawn.push(paint);
  arrange();
})();
