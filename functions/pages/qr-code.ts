import { encode } from "uqr";

/** Modules of quiet around the code (ISO/IEC 18004 asks for four). */
const border = 4;

/** A QR code of `text` as a data URI (C-07): SVG, so that it prints sharp at any size and needs no image library. */
export function qrCode(text: string): string {
  const { data, size } = encode(text, { border });
  const path = data.flatMap((row, y) =>
    runs(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path.join("")}"/></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

/** Start and length of every stretch of dark modules: a third of what single squares would take. */
function runs(row: readonly boolean[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [x, dark] of row.entries()) {
    const last = found.at(-1);
    if (!dark) continue;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else found.push([x, 1]);
  }
  return found;
}
