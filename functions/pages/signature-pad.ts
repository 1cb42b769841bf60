/// <reference lib="dom" />

/** One stroke: x, y, x, y, … as integers, x 0–1000 and y 0–500 whatever the size of the screen. */
export type Stroke = readonly number[];

export type SignaturePad = {
  strokes(): readonly Stroke[];
  /** Whether there is enough ink to be a name rather than an accidental touch. */
  isSigned(): boolean;
  undo(): void;
  clear(): void;
};

/**
 * Makes `canvas` a handwriting pad; `changed` hears of every added or removed stroke.
 * Runs in the browser from its source text, therefore it uses no name from outside itself.
 */
export function signaturePad(
  canvas: HTMLCanvasElement,
  simplify: typeof simplifyStrokes,
  changed: () => void,
): SignaturePad {
  const width = 1000;
  const height = 500;
  // The server accepts 2,000 points in 200 strokes; the longest Chinese names need about 100 strokes.
  const maxPoints = 2000;
  const maxStrokes = 200;
  // A finger that never lifts must not fill the memory of a cheap phone.
  const maxRawNumbers = 20_000;
  // Shorter than one stroke of a small character.
  const minInkLength = 150;
  const penWidth = 7;
  const context = canvas.getContext("2d")!;
  let strokes: number[][] = [];
  let pointerId: number | undefined;

  function add(event: PointerEvent): void {
    const stroke = strokes.at(-1)!;
    const box = canvas.getBoundingClientRect();
    const x = clamp(((event.clientX - box.left) / box.width) * width, width);
    const y = clamp(((event.clientY - box.top) / box.height) * height, height);
    const moved = x !== stroke.at(-2) || y !== stroke.at(-1);
    if (moved && stroke.length < maxRawNumbers) stroke.push(x, y);
  }

  function clamp(value: number, limit: number): number {
    return Math.max(0, Math.min(limit, Math.round(value)));
  }

  function finish(event: PointerEvent): void {
    if (event.pointerId !== pointerId) return;
    pointerId = undefined;
    strokes = simplify(strokes, maxPoints);
    draw();
    changed();
  }

  function draw(): void {
    const scale = canvas.width / width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = penWidth;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const stroke of strokes) trace(stroke);
  }

  // Curves through the midpoints keep a fast hand round although the screen reports few points.
  function trace(stroke: Stroke): void {
    context.beginPath();
    context.moveTo(stroke[0]!, stroke[1]!);
    for (let i = 2; i + 3 < stroke.length; i += 2) {
      const [x, y, nextX, nextY] = stroke.slice(i, i + 4) as [number, number, number, number];
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    context.lineTo(stroke.at(-2)!, stroke.at(-1)!);
    context.stroke();
  }

  function inkLength(): number {
    let length = 0;
    for (const stroke of strokes) {
      for (let i = 2; i < stroke.length; i += 2) {
        length += Math.hypot(stroke[i]! - stroke[i - 2]!, stroke[i + 1]! - stroke[i - 1]!);
      }
    }
    return length;
  }

  function keepFirst(count: number): void {
    strokes = strokes.slice(0, count);
    draw();
    changed();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointerId !== undefined || event.button !== 0 || strokes.length >= maxStrokes) return;
    pointerId = event.pointerId;
    canvas.setPointerCapture(pointerId);
    strokes.push([]);
    add(event);
    draw();
    changed();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointerId) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length > 0 ? between : [event]) add(each);
    draw();
  });
  canvas.addEventListener("pointerup", finish);
  canvas.addEventListener("pointercancel", finish);
  // Safari on iOS starts its text magnifier over a canvas in spite of touch-action.
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });

  new ResizeObserver(() => {
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    draw();
  }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  return {
    strokes: () => strokes,
    isSigned: () => inkLength() >= minInkLength,
    undo: () => keepFirst(strokes.length - 1),
    clear: () => keepFirst(0),
  };
}

/**
 * Drops the points that change the drawing least until at most `maxPoints` are left
 * (Douglas–Peucker). First and last points stay, so `maxPoints` must be twice the strokes or more.
 * Runs in the browser from its source text, therefore it uses no name from outside itself.
 */
export function simplifyStrokes(strokes: readonly Stroke[], maxPoints: number): number[][] {
  // Half a unit cannot be seen; beyond 1,200 units, the diagonal of the pad, only end points are left.
  const finest = 0.5;
  const coarsest = 1200;
  let kept = strokes.map((stroke) => [...stroke]);
  for (let tolerance = finest; points(kept) > maxPoints && tolerance < coarsest; tolerance *= 1.5) {
    kept = strokes.map((stroke) => thin(stroke, tolerance));
  }
  return kept;

  function points(all: readonly Stroke[]): number {
    return all.reduce((sum, stroke) => sum + stroke.length / 2, 0);
  }

  function thin(stroke: Stroke, tolerance: number): number[] {
    const last = stroke.length / 2 - 1;
    const keep = new Set([0, last]);
    const open: [number, number][] = [[0, last]];
    for (let span = open.pop(); span !== undefined; span = open.pop()) {
      const [from, to] = span;
      const { index, distance } = farthest(stroke, from, to);
      if (distance <= tolerance) continue;
      keep.add(index);
      open.push([from, index], [index, to]);
    }
    return stroke.filter((_, i) => keep.has(i >> 1));
  }

  function farthest(stroke: Stroke, from: number, to: number): { index: number; distance: number } {
    let found = { index: from, distance: 0 };
    for (let index = from + 1; index < to; index += 1) {
      const distance = distanceToLine(stroke, index, from, to);
      if (distance > found.distance) found = { index, distance };
    }
    return found;
  }

  function distanceToLine(stroke: Stroke, index: number, from: number, to: number): number {
    const [startX, startY] = [stroke[2 * from]!, stroke[2 * from + 1]!];
    const [alongX, alongY] = [stroke[2 * to]! - startX, stroke[2 * to + 1]! - startY];
    const [awayX, awayY] = [stroke[2 * index]! - startX, stroke[2 * index + 1]! - startY];
    const length = Math.hypot(alongX, alongY);
    if (length === 0) return Math.hypot(awayX, awayY);
    return Math.abs(alongX * awayY - alongY * awayX) / length;
  }
}
