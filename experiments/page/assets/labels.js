// Writes words beside their points: the one that is selected, its neighbours, and as many others as there is room for.
const MOST_LABELS = 36;

class Labels {
  constructor(stage) {
    this.canvas = made("canvas", "labels");
    stage.append(this.canvas);
    this.pen = this.canvas.getContext("2d");
  }

  draw(view, ratio) {
    const pen = this.pen, width = this.canvas.width, height = this.canvas.height;
    const ink = isDark() ? "#f2f2ee" : "#1b1b18", paper = isDark() ? "#161615" : "#ffffff";
    pen.clearRect(0, 0, width, height);
    this.taken = [];
    this.ink = ink;
    this.paper = paper;
    this.ratio = ratio;
    const chosen = view.selected, near = view.near;
    if (chosen >= 0) {
      for (const each of near) this.line(view.at(chosen), view.at(each), ink);
      this.ring(view.at(chosen), 9, ink, 2.5);
      for (const each of near) this.ring(view.at(each), 6, ink, 1.5);
      this.word(view.text(chosen), view.at(chosen), "700 15px", true);
      for (const each of near) this.word(view.text(each), view.at(each), "600 13px", true);
    }
    if (view.under >= 0) {
      this.ring(view.at(view.under), 7, ink, 1.5);
      this.word(view.text(view.under), view.at(view.under), "600 13px", true);
    }
    if (chosen < 0) this.fill(view, width, height);
    if (view.focused) this.cross(width / 2, height / 2, ink);
  }

  fill(view, width, height) {
    let drawn = 0;
    for (const each of view.frequent) {
      if (drawn >= MOST_LABELS) break;
      const [x, y] = view.at(each);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      if (this.word(view.text(each), [x, y], "12px", false)) drawn++;
    }
  }

  word(text, [x, y], font, always) {
    const pen = this.pen, r = this.ratio, size = parseInt(font.match(/(\d+)px/)[1], 10) * r;
    pen.font = font.replace(/\d+px/, size + "px") + " system-ui, sans-serif";
    const shown = text.length > 28 ? text.slice(0, 27) + "…" : text;
    const wide = pen.measureText(shown).width;
    const left = Math.min(Math.max(x + (always ? 12 : 6) * r, 2), this.canvas.width - wide - 2);
    const box = [left - 2, y - size * 0.7, left + wide + 2, y + size * 0.6];
    const hits = this.taken.some((o) => box[0] < o[2] && o[0] < box[2] && box[1] < o[3] && o[1] < box[3]);
    if (hits) return false;
    this.taken.push(box);
    pen.lineWidth = 3.5 * r;
    pen.lineJoin = "round";
    pen.strokeStyle = this.paper;
    pen.strokeText(shown, left, y + size * 0.35);
    pen.fillStyle = this.ink;
    pen.fillText(shown, left, y + size * 0.35);
    return true;
  }

  ring([x, y], radius, ink, wide) {
    const pen = this.pen;
    pen.beginPath();
    pen.arc(x, y, radius * this.ratio, 0, 2 * Math.PI);
    pen.lineWidth = wide * this.ratio;
    pen.strokeStyle = ink;
    pen.stroke();
  }

  line(from, to, ink) {
    const pen = this.pen;
    pen.globalAlpha = 0.3;
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.lineWidth = this.ratio;
    pen.strokeStyle = ink;
    pen.stroke();
    pen.globalAlpha = 1;
  }

  cross(x, y, ink) {
    const pen = this.pen, arm = 6 * this.ratio;
    pen.beginPath();
    pen.moveTo(x - arm, y);
    pen.lineTo(x + arm, y);
    pen.moveTo(x, y - arm);
    pen.lineTo(x, y + arm);
    pen.lineWidth = this.ratio;
    pen.strokeStyle = ink;
    pen.stroke();
  }
}
