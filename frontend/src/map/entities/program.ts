/**
 * The two WebGL2 programs of the entity layer: pictures from an atlas, and straight strokes. Positions are CSS pixels.
 *
 * A shape is two triangles whose corners read what they are from a texture, and no instance: renderers in software draw
 * each instance as a call of its own, which made ten thousand of them seven times dearer than all else in the frame.
 */

/** Floats a shape: three texels of four each. */
export const FLOATS = 12;
/** Shapes a row of the texture. */
const ROW = 256;

/** Reads shape and corner of a vertex: `a`, `b`, `c` are the texels, `corner` is (0, 0) to (1, 1). */
const PULL = `#version 300 es
uniform highp sampler2D shapes;
uniform vec3 viewport; // width, height, CSS pixels a pixel of the canvas
vec4 a, b, c;
vec2 corner;
void pull() {
  int shape = gl_VertexID / 6, at = gl_VertexID % 6;
  ivec2 texel = ivec2(shape % ${ROW} * 3, shape / ${ROW});
  a = texelFetch(shapes, texel, 0);
  b = texelFetch(shapes, texel + ivec2(1, 0), 0);
  c = texelFetch(shapes, texel + ivec2(2, 0), 0);
  // 0 1 2, 2 1 3 of the corners as a Z.
  int z = at < 3 ? at : at == 3 ? 2 : at == 4 ? 1 : 3;
  corner = vec2(z & 1, z >> 1);
}
void put(vec2 at) {
  gl_Position = vec4(at.x / viewport.x * 2.0 - 1.0, 1.0 - at.y / viewport.y * 2.0, 0.0, 1.0);
}
`;

/** x, y, anchor x, y; width, height, u0, v0; u1, v1, grey, opacity. */
const QUAD_VERTEX = `${PULL}
out vec2 uv;
out vec2 look;
void main() {
  pull();
  put(floor(a.xy - a.zw + 0.5) + corner * b.xy);
  uv = mix(b.zw, c.xy, corner);
  look = c.zw;
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

/**
 * From x, y, to x, y; red, green, blue, opacity; width, dash (0: solid). The canvas is not multisampled: a stroke is
 * drawn half a pixel wider, and fades out over its edge.
 */
const STROKE_VERTEX = `${PULL}
out vec3 walked; // along, across, half the width
out vec2 length_dash;
out vec4 ink;
void main() {
  pull();
  vec2 leg = a.zw - a.xy;
  float far = max(length(leg), 0.001);
  vec2 along = leg / far;
  float soft = viewport.z * 0.5, wide = c.x * 0.5;
  walked = vec3(mix(-soft, far + soft, corner.x), (corner.y * 2.0 - 1.0) * (wide + soft), wide);
  put(a.xy + along * walked.x + vec2(-along.y, along.x) * walked.y);
  length_dash = vec2(far, c.y);
  ink = b;
}`;

const STROKE_FRAGMENT = `#version 300 es
precision highp float;
in vec3 walked;
in vec2 length_dash;
in vec4 ink;
uniform vec3 viewport;
out vec4 colour;
void main() {
  float dash = length_dash.y;
  if (dash > 0.0 && mod(walked.x, dash * 2.0) > dash) discard;
  vec2 inside = vec2(min(walked.x, length_dash.x - walked.x), walked.z - abs(walked.y));
  vec2 covered = clamp(inside / viewport.z + 0.5, 0.0, 1.0);
  float opacity = ink.a * covered.x * covered.y;
  colour = vec4(ink.rgb * opacity, opacity);
}`;

/** What a shape is drawn on: the map's canvas. */
export interface Sheet {
  /** CSS pixels. */
  width: number;
  height: number;
  /** Pixels of the canvas a CSS pixel. */
  ratio: number;
}

export class Shapes {
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private readonly texture: WebGLTexture;
  private readonly viewport: WebGLUniformLocation | null;
  private rows = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    vertex: string,
    fragment: string,
  ) {
    this.program = linked(gl, vertex, fragment);
    this.viewport = gl.getUniformLocation(this.program, 'viewport');
    this.array = gl.createVertexArray();
    this.texture = gl.createTexture();
    gl.useProgram(this.program);
    gl.uniform1i(gl.getUniformLocation(this.program, 'shapes'), 1);
  }

  /** Draw the first `count` shapes of `data`, which has room for whole rows of them; the atlas is texture unit 0. */
  draw(data: Float32Array, count: number, { width, height, ratio }: Sheet): void {
    if (count === 0) return;
    const { gl } = this;
    gl.useProgram(this.program);
    gl.uniform3f(this.viewport, width, height, 1 / ratio);
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    this.upload(data, Math.ceil(count / ROW));
    gl.drawArrays(gl.TRIANGLES, 0, count * 6);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindVertexArray(null);
  }

  private upload(data: Float32Array, rows: number): void {
    const { gl } = this;
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    if (rows > this.rows) {
      this.rows = data.length / (ROW * FLOATS);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, ROW * 3, this.rows, 0, gl.RGBA, gl.FLOAT, null);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    }
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, ROW * 3, rows, gl.RGBA, gl.FLOAT, data);
  }

  free(): void {
    this.gl.deleteProgram(this.program);
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteTexture(this.texture);
  }
}

export function quads(gl: WebGL2RenderingContext): Shapes {
  return new Shapes(gl, QUAD_VERTEX, QUAD_FRAGMENT);
}

export function strokes(gl: WebGL2RenderingContext): Shapes {
  return new Shapes(gl, STROKE_VERTEX, STROKE_FRAGMENT);
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
