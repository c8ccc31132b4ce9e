/** A texture that collects pictures by key, shelf by shelf. When it is full it starts anew. */

/** Empty canvas pixels around each cell, so that neighbours do not bleed in when sampled between pixels. */
const PAD = 2;
const SIDE = 2048;

export interface Cell {
  /** Texture coordinates, 0–1. */
  u0: number;
  v0: number;
  u1: number;
  v1: number;
  /** Size and anchor in CSS pixels. */
  width: number;
  height: number;
  anchorX: number;
  anchorY: number;
}

export interface Stamp {
  canvas: HTMLCanvasElement;
  anchorX: number;
  anchorY: number;
}

export class Atlas {
  readonly texture: WebGLTexture;
  /** Grows when the atlas starts anew: cells of an older generation are void. */
  generation = 0;
  private cells = new Map<string, Cell>();
  private shelfX = 0;
  private shelfY = 0;
  private shelfHeight = 0;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly pixelRatio: number,
  ) {
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, SIDE, SIDE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  /** The cell of `key`, drawn by `draw` when it is not there yet. */
  cell(key: string, draw: () => Stamp): Cell {
    const known = this.cells.get(key);
    if (known) return known;
    const cell = this.place(draw());
    this.cells.set(key, cell);
    return cell;
  }

  private place({ canvas, anchorX, anchorY }: Stamp): Cell {
    const width = Math.min(canvas.width, SIDE - 2 * PAD);
    const height = Math.min(canvas.height, SIDE - 2 * PAD);
    if (this.shelfX + width + 2 * PAD > SIDE) {
      this.shelfY += this.shelfHeight;
      this.shelfX = this.shelfHeight = 0;
    }
    if (this.shelfY + height + 2 * PAD > SIDE) this.clear();
    const x = this.shelfX + PAD;
    const y = this.shelfY + PAD;
    this.upload(canvas, x, y);
    this.shelfX += width + 2 * PAD;
    this.shelfHeight = Math.max(this.shelfHeight, height + 2 * PAD);
    return {
      u0: x / SIDE,
      v0: y / SIDE,
      u1: (x + width) / SIDE,
      v1: (y + height) / SIDE,
      width: width / this.pixelRatio,
      height: height / this.pixelRatio,
      anchorX: anchorX / this.pixelRatio,
      anchorY: anchorY / this.pixelRatio,
    };
  }

  /** Forget every cell: what was drawn is wrong, or there is no more room. */
  clear(): void {
    this.cells = new Map();
    this.shelfX = this.shelfY = this.shelfHeight = 0;
    this.generation++;
  }

  private upload(canvas: HTMLCanvasElement, x: number, y: number): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  }

  free(): void {
    this.gl.deleteTexture(this.texture);
  }
}
