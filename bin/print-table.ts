import { styleText } from "node:util";

const gap = "  ";

/** Prints `rows` below `head`, every column as wide as its longest cell. Cells are plain ASCII text. */
export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd();
  console.log(`\n${styleText("bold", title)}\n`);
  console.log(styleText("dim", line(head)));
  for (const row of rows) console.log(line(row));
}
