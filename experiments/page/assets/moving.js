// How a map is moved: by pointer, by two fingers, by wheel and by keys.
const STEP = 40;

function listen(view) {
  const stage = view.stage;
  const place = (event) => {
    const box = stage.getBoundingClientRect(), ratio = view.canvas.width / box.width;
    return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
  };
  let travelled = 0;
  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    view.pointers.set(event.pointerId, place(event));
    travelled = 0;
  });
  stage.addEventListener("pointermove", (event) => {
    const now = place(event), before = view.pointers.get(event.pointerId);
    if (!before) return hover(view, now);
    travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (view.pointers.size === 1) view.move(now[0] - before[0], now[1] - before[1]);
    else pinch(view, event.pointerId, before, now);
    view.pointers.set(event.pointerId, now);
    view.draw();
  });
  const lift = (event) => {
    const was = view.pointers.delete(event.pointerId);
    if (!was || event.type !== "pointerup" || travelled > 8 || view.pointers.size) return;
    const found = view.nearest(...place(event), event.pointerType === "touch" ? 48 : 24);
    view.select(found < 0 ? null : view.map.words[found]);
  };
  for (const type of ["pointerup", "pointercancel"]) stage.addEventListener(type, lift);
  stage.addEventListener("pointerleave", () => { view.under = -1; view.draw(); });
  // The page scrolls past a map that nobody works with.
  stage.addEventListener("wheel", (event) => {
    if (document.activeElement !== stage && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    view.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), ...place(event));
    view.draw();
  }, { passive: false });
  for (const type of ["focus", "blur"]) {
    stage.addEventListener(type, () => { view.focused = type === "focus" && stage.matches(":focus-visible"); view.draw(); });
  }
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    view.focused = true;
    act(view);
    view.draw();
  });
}

const KEYS = {
  ArrowLeft: (view) => view.move(STEP, 0),
  ArrowRight: (view) => view.move(-STEP, 0),
  ArrowUp: (view) => view.move(0, STEP),
  ArrowDown: (view) => view.move(0, -STEP),
  "+": (view) => view.zoom(1.25),
  "=": (view) => view.zoom(1.25),
  "-": (view) => view.zoom(0.8),
  "0": (view) => view.eye.reset(),
  Enter: (view) => {
    const found = view.nearest(view.canvas.width / 2, view.canvas.height / 2, Infinity);
    if (found >= 0) view.select(view.map.words[found]);
  },
  Escape: (view) => view.select(null),
};

function hover(view, [x, y]) {
  const found = view.nearest(x, y, 16);
  if (found !== view.under) { view.under = found; view.draw(); }
}

function pinch(view, moved, before, now) {
  const other = [...view.pointers].find(([id]) => id !== moved)[1];
  const apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]);
  const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
  view.zoom(apart(now) / Math.max(apart(before), 1), ...middle);
  view.move((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
}
