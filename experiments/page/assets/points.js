// Draws points: with WebGL, or where there is none on a plain canvas.
const VERTEX = `
attribute vec2 place;
attribute vec4 colour;
uniform vec2 centre;
uniform vec2 scale;
uniform float size;
varying vec4 shade;
void main() {
  gl_Position = vec4((place - centre) * scale, 0.0, 1.0);
  gl_PointSize = size;
  shade = colour;
}`;
const FRAGMENT = `
precision mediump float;
varying vec4 shade;
void main() {
  float away = length(gl_PointCoord - 0.5) * 2.0;
  float inside = 1.0 - smoothstep(0.75, 1.0, away);
  if (inside <= 0.0) discard;
  float alpha = shade.a * inside;
  gl_FragColor = vec4(shade.rgb * alpha, alpha);
}`;

class GlPoints {
  constructor(canvas) {
    // What is drawn is kept, for a print.
    const gl = canvas.getContext("webgl", { preserveDrawingBuffer: true, premultipliedAlpha: true });
    if (!gl) throw new Error("no WebGL");
    this.gl = gl;
    this.program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    if (!gl.getProgramParameter(this.program, gl.LINK_STATUS)) throw new Error("no WebGL program");
    gl.useProgram(this.program);
    this.places = gl.createBuffer();
    this.colours = gl.createBuffer();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  setPlaces(places) {
    this.count = places.length / 2;
    this.fill(this.places, "place", places, 2, this.gl.SHORT);
  }

  setColours(colours) {
    this.fill(this.colours, "colour", colours, 4, this.gl.UNSIGNED_BYTE);
  }

  fill(buffer, name, values, width, kind) {
    const gl = this.gl, at = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, width, kind, true, 0, 0);
  }

  draw(eye, width, height, size) {
    const gl = this.gl;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const unit = eye.unit(width, height);
    gl.uniform2f(gl.getUniformLocation(this.program, "centre"), eye.x, eye.y);
    gl.uniform2f(gl.getUniformLocation(this.program, "scale"), (2 * unit) / width, (2 * unit) / height);
    gl.uniform1f(gl.getUniformLocation(this.program, "size"), size);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }
}

class FlatPoints {
  constructor(canvas) {
    this.pen = canvas.getContext("2d");
  }

  setPlaces(places) {
    this.places = places;
  }

  setColours(colours) {
    this.colours = colours;
  }

  draw(eye, width, height, size) {
    const pen = this.pen, unit = eye.unit(width, height);
    pen.clearRect(0, 0, width, height);
    for (let i = 0; i < this.places.length / 2; i++) {
      const x = (this.places[2 * i] / 32767 - eye.x) * unit + width / 2;
      const y = height / 2 - (this.places[2 * i + 1] / 32767 - eye.y) * unit;
      if (x < -size || y < -size || x > width + size || y > height + size) continue;
      const at = 4 * i, c = this.colours;
      pen.fillStyle = "rgba(" + c[at] + "," + c[at + 1] + "," + c[at + 2] + "," + c[at + 3] / 255 + ")";
      pen.fillRect(x - size / 2, y - size / 2, size, size);
    }
  }
}

function pointsOn(stage) {
  const canvas = made("canvas", "points");
  stage.append(canvas);
  try {
    return [canvas, new GlPoints(canvas)];
  } catch {
    // A canvas that was asked for WebGL can't be a plain one any more.
    const plain = made("canvas", "points plain");
    canvas.replaceWith(plain);
    return [plain, new FlatPoints(plain)];
  }
}
