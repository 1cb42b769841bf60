import type { Lettering } from "./lettering.ts";

/** What a person sees of a signature: PDF drawing operators in a box of `width` × `height` points. */
export type Box = { readonly width: number; readonly height: number };

/** Strokes of the pad (x, y, … as x 0–1000, y 0–500, y down) or a typed name. */
export type Handwriting =
  | { readonly strokes: readonly (readonly number[])[] }
  | { readonly typedName: string };

const penBlue = "0.11 0.17 0.37";
const ink = "0.11 0.12 0.15";
const quiet = "0.43 0.45 0.50";
const sealRed = "0.72 0.16 0.15";

const hairline = "0.80 0.82 0.86";

const small = { size: 7, leading: 10.5 };
/** Between the box and what is drawn in it. */
const padding = 9;

/** Handwriting over a line, beneath it who and when. */
export function drawSignature(
  letters: Lettering,
  { width, height }: Box,
  signer: {
    readonly name: string;
    readonly maskedId: string;
    readonly at: string;
    readonly handwriting: Handwriting;
  },
): string {
  const lines = [`${signer.name}　${signer.maskedId}`, readableTime(signer.at)];
  const room = width - 2 * padding;
  const foot = padding + lines.length * small.leading + 2;
  const space = { x: padding, y: foot + 6, width: room, height: height - foot - 6 - padding };
  const text = lines.map((line, index) =>
    write(letters, line, {
      x: padding,
      y: foot - 1.5 - (index + 1) * small.leading,
      size: fitted(letters, line, small.size, room),
      color: index === 0 ? ink : quiet,
    }),
  );
  return [
    "strokes" in signer.handwriting
      ? drawStrokes(signer.handwriting.strokes, space)
      : drawTypedName(letters, signer.handwriting.typedName, space),
    `q 0.5 w ${hairline} RG ${padding} ${n(foot)} m ${n(width - padding)} ${n(foot)} l S Q`,
    ...text,
  ].join("\n");
}

type Space = Box & { readonly x: number; readonly y: number };

/** The pad's strokes, as large as they fit, with the pen's width kept in proportion. */
function drawStrokes(strokes: readonly (readonly number[])[], space: Space): string {
  const xs = strokes.flatMap((stroke) => stroke.filter((_, index) => index % 2 === 0));
  const ys = strokes.flatMap((stroke) => stroke.filter((_, index) => index % 2 === 1));
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    space.width / Math.max(right - left, 1),
    space.height / Math.max(bottom - top, 1),
    largestScale,
  );
  const start = space.x + (space.width - (right - left) * scale) / 2;
  const baseline = space.y + (space.height - (bottom - top) * scale) / 2;
  const paths = strokes.map((stroke) =>
    smooth(
      pairs(stroke).map(
        ([x, y]): Point => [start + (x - left) * scale, baseline + (bottom - y) * scale],
      ),
    ),
  );
  const pen = Math.min(Math.max(padPen * scale, 0.9), 1.8);
  return `q 1 J 1 j ${n(pen)} w ${penBlue} RG\n${paths.join("\n")}\nS Q`;
}

/** A name in one corner of the pad is not blown up to the size of the box. */
const largestScale = 0.22;
/** Pen width on the pad, in its units. */
const padPen = 9;

type Point = readonly [number, number];

function pairs(stroke: readonly number[]): Point[] {
  const points: Point[] = [];
  for (let index = 0; index + 1 < stroke.length; index += 2)
    points.push([stroke[index] ?? 0, stroke[index + 1] ?? 0]);
  return points;
}

/** A curve through all points (Catmull-Rom as Bézier), so that a simplified stroke looks like a pen's. */
function smooth(points: readonly Point[]): string {
  const at = (index: number): Point =>
    points[Math.max(0, Math.min(points.length - 1, index))] ?? [0, 0];
  const [x, y] = at(0);
  // A tap is a dot: a line to itself with a round cap.
  const path = [`${n(x)} ${n(y)} m`];
  if (points.length === 1) path.push(`${n(x)} ${n(y)} l`);
  for (let index = 0; index + 1 < points.length; index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const numbers = [
      from[0] + (to[0] - before[0]) / 6,
      from[1] + (to[1] - before[1]) / 6,
      to[0] - (after[0] - from[0]) / 6,
      to[1] - (after[1] - from[1]) / 6,
      ...to,
    ];
    path.push(`${numbers.map(n).join(" ")} c`);
  }
  return path.join("\n");
}

function drawTypedName(letters: Lettering, name: string, space: Space): string {
  const size = fitted(letters, name, Math.min(space.height * 0.72, 26), space.width);
  const y = space.y + (space.height - size * 0.72) / 2;
  const x = space.x + (space.width - letters.width(name, size)) / 2;
  return write(letters, name, { x, y, size, color: penBlue });
}

/** A round seal, and beside it for whom, by which mandate and when. */
export function drawSeal(
  letters: Lettering,
  { width, height }: Box,
  seal: { readonly name: string; readonly mandate: string; readonly at: string },
): string {
  const radius = Math.min(height - 2 * padding, width * 0.36) / 2;
  const textAt = padding + 2 * radius + padding;
  const room = width - textAt - padding;
  const lines = [
    seal.name,
    `依据 ${seal.mandate}`,
    "平台受托电子签章",
    readableTime(seal.at),
  ].flatMap((line) => wrapped(letters, line, small.size, room));
  const top = height / 2 + (lines.length * small.leading) / 2 - small.size;
  const text = lines.map((line, index) =>
    write(letters, line, {
      x: textAt,
      y: top - index * small.leading,
      size: fitted(letters, line, small.size, room),
      color: index === 0 ? ink : quiet,
    }),
  );
  const round = drawRoundSeal(letters, seal.name, { x: padding + radius, y: height / 2, radius });
  return [round, ...text].join("\n");
}

type Round = { readonly x: number; readonly y: number; readonly radius: number };

function drawRoundSeal(letters: Lettering, name: string, { x, y, radius }: Round): string {
  const ring = (r: number, pen: number): string => `${n(pen)} w ${circle(x, y, r)} S`;
  return [
    `q ${sealRed} RG ${sealRed} rg`,
    ring(radius - 0.8, 1.4),
    ring(radius - 2.6, 0.35),
    star(x, y + radius * 0.02, radius * 0.27),
    arcText(letters, name, { x, y, radius: radius * 0.63 }, radius * 0.25),
    centred(letters, "电子签章", x, y - radius * 0.62, radius * 0.2),
    "Q",
  ].join("\n");
}

/** A company's name over the upper part of a seal, each letter standing on the circle. */
function arcText(letters: Lettering, text: string, { x, y, radius }: Round, size: number): string {
  const widths = Array.from(text, (letter) => letters.width(letter, size) + size * 0.12);
  const total = widths.reduce((sum, width) => sum + width, 0);
  // Longer names get smaller letters: the arc ends where the words below begin.
  const scale = Math.min(1, (Math.PI * 1.35 * radius) / total);
  let angle = (total * scale) / radius / 2;
  return Array.from(text, (letter, index) => {
    const half = ((widths[index] ?? 0) * scale) / radius / 2;
    angle -= half;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const shift = letters.width(letter, size * scale) / 2;
    const px = x - radius * sin - shift * cos;
    const py = y + radius * cos - shift * sin;
    angle -= half;
    const matrix = [cos, sin, -sin, cos, px, py].map((value) => value.toFixed(4)).join(" ");
    return `BT ${matrix} Tm ${letters.show(letter, size * scale)} ET`;
  }).join("\n");
}

const centred = (letters: Lettering, text: string, x: number, y: number, size: number): string =>
  `BT ${n(x - letters.width(text, size) / 2)} ${n(y)} Td ${letters.show(text, size)} ET`;

function star(x: number, y: number, radius: number): string {
  const corners = Array.from({ length: 10 }, (_, index) => {
    const r = index % 2 === 0 ? radius : radius * 0.382;
    const angle = (index * Math.PI) / 5;
    return `${n(x + r * Math.sin(angle))} ${n(y + r * Math.cos(angle))}`;
  });
  return `${corners.join(" l ").replace(" l ", " m ")} l h f`;
}

/** Four Bézier curves; 0.5523 makes them a circle to 0.03 %. */
function circle(x: number, y: number, r: number): string {
  const k = 0.5523 * r;
  const curve = (...numbers: number[]): string => `${numbers.map(n).join(" ")} c`;
  return [
    `${n(x + r)} ${n(y)} m`,
    curve(x + r, y + k, x + k, y + r, x, y + r),
    curve(x - k, y + r, x - r, y + k, x - r, y),
    curve(x - r, y - k, x - k, y - r, x, y - r),
    curve(x + k, y - r, x + r, y - k, x + r, y),
  ].join(" ");
}

type Written = {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
};

const write = (letters: Lettering, text: string, { x, y, size, color }: Written): string =>
  `BT ${color} rg ${n(x)} ${n(y)} Td ${letters.show(text, size)} ET`;

/** `size`, or less where the text would be wider than `room`. */
const fitted = (letters: Lettering, text: string, size: number, room: number): number =>
  Math.min(size, (size * room) / Math.max(letters.width(text, size), 1));

/** The text in lines no wider than `room`: Chinese may break anywhere, numbers and Latin words not. */
function wrapped(letters: Lettering, text: string, size: number, room: number): string[] {
  const lines = [""];
  for (const [word] of text.matchAll(/[!-~]+|./gu)) {
    const longer = lines.at(-1) + word;
    if (letters.width(longer, size) <= room) lines[lines.length - 1] = longer;
    else lines.push(word.trim());
  }
  return lines;
}

/** The law of the contract's place counts: time of China, with its zone. */
function readableTime(iso: string): string {
  const china = new Date(Date.parse(iso) + 8 * 3600 * 1000).toISOString();
  return `${china.slice(0, 10)} ${china.slice(11, 19)} UTC+08:00`;
}

const n = (value: number): string => String(Math.round(value * 100) / 100);
