/** The calm of the signing pages: ink on paper, a quiet blue, red only where something fails. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f3ef; --paper: #fff; --ink: #1e2529; --soft: #565f66; --line: #e2dfd8; --edge: #858c92;
  --accent: #25506e; --wash: #eaf0f4; --good: #2c5f3c; --bad: #a3281f; --warn: #84450a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121619; --paper: #1a2024; --ink: #e9e6df; --soft: #a6afb5; --line: #2c343a; --edge: #77828a;
    --accent: #9cc6e0; --wash: #21303a; --good: #8fcaa0; --bad: #f0958c; --warn: #f0bb80;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0; padding: 1rem; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.7 -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Microsoft YaHei", "Helvetica Neue", Arial, sans-serif;
}
:lang(en) { line-height: 1.55; }
header, main { max-width: 60rem; margin-inline: auto; }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 44px; }
h1, h2, p { margin: 0; }
h1 { font-size: 1.375rem; font-weight: 600; line-height: 1.4; }
h2 { font-size: 1.25rem; font-weight: 600; }
.lead, .hint { color: var(--soft); }
.lead { margin: 0.25rem 0 1.25rem; }
.hint { font-size: 0.8125rem; margin-top: 0.25rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 0.875rem; padding: 1.25rem; margin-bottom: 1rem; box-shadow: 0 1px 2px #1e252910, 0 6px 20px #1e25290a; }
.drop { display: grid; gap: 0.375rem; place-items: center; padding: 2.5rem 1rem; border: 1.5px dashed var(--edge); border-radius: 0.625rem; text-align: center; }
[data-over] .drop { border-color: var(--accent); background: var(--wash); }
label { display: block; font-weight: 600; }
.other { margin-top: 1.25rem; }
input[type=file] { max-width: 100%; min-height: 44px; padding: 0.5rem 0; color: var(--soft); font: inherit; font-size: 0.875rem; }
::file-selector-button { min-height: 2.5rem; margin-right: 0.75rem; padding: 0 1rem; border: 1px solid var(--accent); border-radius: 0.625rem; background: transparent; color: var(--accent); font: inherit; font-weight: 600; cursor: pointer; }
button { min-width: 44px; min-height: 44px; padding: 0 0.5rem; border: 0; border-radius: 0.5rem; background: none; color: var(--accent); font: inherit; font-size: 0.875rem; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.verdict { display: flex; align-items: center; gap: 0.75rem; }
.verdict::before { content: ""; flex: none; width: 0.75rem; height: 0.75rem; border-radius: 50%; background: currentColor; }
.name { color: var(--soft); font-size: 0.875rem; margin: 0.25rem 0 1rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; line-height: 1.5; }
caption { text-align: left; color: var(--soft); font-size: 0.8125rem; padding-bottom: 0.25rem; }
th, td { padding: 0.625rem 0.75rem 0.625rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border: 0; color: var(--soft); font-size: 0.8125rem; font-weight: 400; }
tbody th { font-weight: 500; width: 30%; }
tbody td:nth-of-type(1) { white-space: nowrap; font-weight: 600; }
td:last-child { font-variant-numeric: tabular-nums; padding-right: 0; }
.culprit { display: block; font-weight: 600; }
[data-status=holds] { color: var(--good); } [data-status=fails] { color: var(--bad); }
[data-status=unchecked] { color: var(--warn); } [data-status=erased] { color: var(--soft); }
tr[data-status] > * { color: var(--ink); } tr[data-status=fails] td, tr[data-status=fails] th { color: var(--bad); }
tr[data-status=holds] td:nth-of-type(1) { color: var(--good); } tr[data-status=unchecked] td:nth-of-type(1) { color: var(--warn); }
@media (max-width: 40rem) {
  table, caption, tbody, tr, th, td { display: block; width: auto !important; border: 0; padding: 0; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { border-top: 1px solid var(--line); padding: 0.75rem 0; }
}
`;
