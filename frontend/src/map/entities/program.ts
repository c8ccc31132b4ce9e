/** The two WebGL2 programs of the entity layer: pictures from an atlas, and straight strokes. Positions are CSS pixels. */

/** Floats an instance: x, y, anchor x, y, width, height, u0, v0, u1, v1, grey, opacity. */
export const QUAD_FLOATS = 12;
/** Floats an instance: from x, y, to x, y, width, dash (0: solid), red, green, blue, opacity. */
export const STROKE_FLOATS = 10;

const QUAD_VERTEX = `#version 300 es
layout(location=0) in vec2 corner;
layout(location=1) in vec4 place;   // x, y, anchor
layout(location=2) in vec4 sizeUv;  // width, height, u0, v0
layout(location=3) in vec4 uvLook;  // u1, v1, grey, opacity
uniform vec2 viewport;
out vec2 uv;
out vec2 look;
void main() {
  vec2 at = floor(place.xy - place.zw + 0.5) + corner * sizeUv.xy;
  gl_Position = vec4(at.x / viewport.x * 2.0 - 1.0, 1.0 - at.y / viewport.y * 2.0, 0.0, 1.0);
  uv = mix(sizeUv.zw, uvLook.xy, corner);
  look = uvLook.zw;
}`;

const QUAD_FRAGMENT = `#version 300 es
precision mediump float;
in vec2 uv;
in vec2 look;
uniform sampler2D atlas;
out vec4 colour;
void main() {
  vec4 texel = texture(atlas, uv);
  float light = dot(texel.rgb, vec3(0.3, 0.59, 0.11)) * 0.75;
  colour = vec4(mix(texel.rgb, vec3(light), look.x), texel.a) * look.y;
}`;

const STROKE_VERTEX = `#version 300 es
layout(location=0) in vec2 corner;
layout(location=1) in vec4 ends;
layout(location=2) in vec2 widthDash;
layout(location=3) in vec4 paint;
uniform vec2 viewport;
out float walked;
out float dash;
out vec4 ink;
void main() {
  vec2 leg = ends.zw - ends.xy;
  float far = max(length(leg), 0.001);
  vec2 across = vec2(-leg.y, leg.x) / far * widthDash.x * (corner.y - 0.5);
  vec2 at = ends.xy + leg * corner.x + across;
  gl_Position = vec4(at.x / viewport.x * 2.0 - 1.0, 1.0 - at.y / viewport.y * 2.0, 0.0, 1.0);
  walked = far * corner.x;
  dash = widthDash.y;
  ink = paint;
}`;

const STROKE_FRAGMENT = `#version 300 es
precision mediump float;
in float walked;
in float dash;
in vec4 ink;
out vec4 colour;
void main() {
  if (dash > 0.0 && mod(walked, dash * 2.0) > dash) discard;
  colour = vec4(ink.rgb * ink.a, ink.a);
}`;

export class Instanced {
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly corners: WebGLBuffer;
  private readonly viewport: WebGLUniformLocation | null;
  private capacity = 0;

  /** `widths`: floats of each attribute, in the order of the instance. */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    vertex: string,
    fragment: string,
    private readonly widths: readonly number[],
  ) {
    this.program = linked(gl, vertex, fragment);
    this.viewport = gl.getUniformLocation(this.program, 'viewport');
    this.array = gl.createVertexArray();
    this.corners = gl.createBuffer();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const stride = widths.reduce((sum, width) => sum + width, 0) * 4;
    let offset = 0;
    for (const [i, width] of widths.entries()) {
      gl.enableVertexAttribArray(i + 1);
      gl.vertexAttribPointer(i + 1, width, gl.FLOAT, false, stride, offset);
      gl.vertexAttribDivisor(i + 1, 1);
      offset += width * 4;
    }
    gl.bindVertexArray(null);
  }

  draw(data: Float32Array, count: number, width: number, height: number): void {
    if (count === 0) return;
    const { gl } = this;
    const floats = count * this.widths.reduce((sum, each) => sum + each, 0);
    gl.useProgram(this.program);
    gl.uniform2f(this.viewport, width, height);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (data.length > this.capacity) {
      this.capacity = data.length;
      gl.bufferData(gl.ARRAY_BUFFER, this.capacity * 4, gl.DYNAMIC_DRAW);
    }
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, data, 0, floats);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    gl.bindVertexArray(null);
  }

  free(): void {
    this.gl.deleteProgram(this.program);
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteBuffer(this.corners);
  }
}

export function quads(gl: WebGL2RenderingContext): Instanced {
  return new Instanced(gl, QUAD_VERTEX, QUAD_FRAGMENT, [4, 4, 4]);
}

export function strokes(gl: WebGL2RenderingContext): Instanced {
  return new Instanced(gl, STROKE_VERTEX, STROKE_FRAGMENT, [4, 2, 4]);
}

function linked(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('The graphics context is lost');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(`Shader: ${gl.getProgramInfoLog(program) ?? 'unknown fault'}`);
  }
  return program;
}
