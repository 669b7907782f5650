// Which colour each point of a map has, and what the colours mean.
const DISTINCT = {
  light: ["#0072b2", "#d55e00", "#009e73", "#a63d8a", "#b8860b", "#2b9fd9", "#7a5230", "#c2185b", "#557a00", "#5b4bc4", "#00868b", "#8b0000"],
  dark: ["#56a9e8", "#ff8c42", "#2fd3a2", "#e48bd0", "#f0c94a", "#9fd8ff", "#cfa582", "#ff7aa8", "#b5d94c", "#a99bff", "#4fd6dc", "#ff8080"],
};
const RAMP = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"];
const GREY = { light: "#8a8a84", dark: "#77776f" };
const MOST_DISTINCT = 12;

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function ramp(part) {
  const at = Math.min(Math.max(part, 0), 1) * (RAMP.length - 1), low = Math.min(Math.floor(at), RAMP.length - 2);
  const [a, b] = [rgb(RAMP[low]), rgb(RAMP[low + 1])];
  return a.map((value, i) => Math.round(value + (b[i] - value) * (at - low)));
}

// What a map may be coloured by: name → what it is called.
function waysOf(map) {
  const ways = new Map();
  if (map.classes) ways.set("class", map.told);
  ways.set("frequency", map.rank ? "place in the table" : "frequency");
  ways.set("cluster", "cluster (k-means)");
  ways.set("norm", "length of the vector");
  return ways;
}

// Colours of all points, and the key to them.
function coloured(map, way) {
  if (way === "class" && map.classes) return distinct(map, map.classes, (n) => map.class_names[n]);
  if (way === "cluster") return distinct(map, map.clusters, (n) => "cluster " + (n + 1));
  if (way === "norm") {
    const longest = map.longest / 32767;
    return graded(map, (i) => map.norms[i] * longest, (value) => value.toPrecision(3));
  }
  if (way === "frequency" && !map.rank) {
    return graded(map, (i) => Math.log1p(map.counts[i]), (value) => Math.round(Math.expm1(value)).toLocaleString("en"));
  }
  if (way === "frequency") return graded(map, (i) => -i, (value) => "place " + (1 - value).toLocaleString("en"));
  return distinct(map, map.clusters.map(() => 0), () => "no class is known");
}

function distinct(map, numbers, named) {
  const theme = isDark() ? "dark" : "light", counts = new Map();
  for (const number of numbers) if (number >= 0) counts.set(number, (counts.get(number) || 0) + 1);
  const order = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const kept = order.slice(0, MOST_DISTINCT).sort((a, b) => a - b);
  const colour = new Map(kept.map((number, i) => [number, rgb(DISTINCT[theme][i % MOST_DISTINCT])]));
  const grey = rgb(GREY[theme]);
  const key = kept.map((number) => ({ colour: colour.get(number), text: named(number) }));
  if (order.length > kept.length || counts.size === 0) key.push({ colour: grey, text: "others" });
  return { values: filled(map.count, (i) => colour.get(numbers[i]) || grey, 190), key };
}

function graded(map, value, shown) {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < map.count; i++) {
    low = Math.min(low, value(i));
    high = Math.max(high, value(i));
  }
  const part = (i) => (high > low ? (value(i) - low) / (high - low) : 0.5);
  const flip = isDark() ? (x) => 0.3 + 0.7 * x : (x) => 0.95 * x;
  const stops = [0, 0.25, 0.5, 0.75, 1].map((x) => ramp(flip(x)));
  return { values: filled(map.count, (i) => ramp(flip(part(i))), 200), scale: { stops, low: shown(low), high: shown(high) } };
}

function filled(count, colour, alpha) {
  const values = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) values.set([...colour(i), alpha], 4 * i);
  return values;
}
