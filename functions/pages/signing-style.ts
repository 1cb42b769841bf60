/**
 * One sheet for all screens. Ink on paper with a quiet blue; the red of the seal is kept for the
 * completed contract. Colours hold 4.5:1 (text) and 3:1 (controls) in both schemes.
 */
export const signingStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f3ef; --paper: #fff; --ink: #1e2529; --soft: #565f66;
  --line: #e2dfd8; --edge: #858c92; --accent: #25506e; --on-accent: #fff; --wash: #eaf0f4;
  --warn: #84450a; --warn-wash: #fbf1e2; --seal: #b5352b; --shade: #1e25291c; --shadow: 0 1px 2px #1e252910, 0 6px 20px #1e25290a;
  --radius: 0.875rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121619; --paper: #1a2024; --ink: #e9e6df; --soft: #a6afb5;
    --line: #2c343a; --edge: #77828a; --accent: #9cc6e0; --on-accent: #0e2231; --wash: #21303a;
    --warn: #f0bb80; --warn-wash: #32281b; --seal: #b9443a; --shade: #0009; --shadow: none;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100svh; display: flex; flex-direction: column;
  padding: 0 max(1rem, env(safe-area-inset-right)) max(1rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left));
  background: var(--ground); color: var(--ink);
  font: 1rem/1.7 -apple-system, "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "Helvetica Neue", Arial, sans-serif;
  font-synthesis-weight: none; overflow-wrap: anywhere;
}
:lang(en) { line-height: 1.55; }
header, main, footer { width: 100%; max-width: 34rem; margin-inline: auto; }
main { flex: 1; }
h1, h2, p, ol, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 1.375rem; line-height: 1.4; font-weight: 600; text-wrap: balance; }
h2 { font-size: 1.0625rem; line-height: 1.5; font-weight: 600; }
h2:focus { outline: none; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding-top: max(0.5rem, env(safe-area-inset-top)); }
header p { color: var(--soft); font-size: 0.875rem; }
.language { min-height: 44px; min-width: 44px; display: inline-flex; align-items: center; justify-content: flex-end; font-size: 0.875rem; text-decoration: none; white-space: nowrap; }
footer { padding: 1.5rem 0 0.5rem; color: var(--soft); font-size: 0.8125rem; line-height: 1.6; text-align: center; }
.number { font-variant-numeric: tabular-nums; }

.steps { display: grid; grid-template-columns: repeat(4, 1fr); list-style: none; margin: 1.25rem 0 1.5rem; counter-reset: step; }
.steps li { position: relative; counter-increment: step; display: grid; justify-items: center; gap: 0.25rem; color: var(--soft); font-size: 0.8125rem; line-height: 1.4; text-align: center; }
.steps li::before { content: counter(step); width: 1.625rem; height: 1.625rem; display: grid; place-items: center; border: 1.5px solid var(--edge); border-radius: 50%; background: var(--ground); font-size: 0.8125rem; font-variant-numeric: tabular-nums; position: relative; z-index: 1; }
.steps li + li::after { content: ""; position: absolute; top: 0.8125rem; right: 50%; width: 100%; border-top: 1.5px solid var(--line); }
.steps li[data-state=now] { color: var(--ink); font-weight: 600; }
.steps li[data-state=now]::before { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.steps li[data-state=past]::before { content: "✓"; border-color: var(--accent); color: var(--accent); background: var(--wash); }
.steps li[data-state=now]::after, .steps li[data-state=past]::after { border-color: var(--accent) !important; }
.past { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
li:not([data-state=past]) .past { display: none; }

.card { background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); padding: 1.25rem; margin-bottom: 1rem; }
.card > h2 + p { color: var(--soft); margin-top: 0.375rem; }
.bar { display: flex; align-items: center; gap: 0.25rem; min-height: 44px; margin: -0.5rem -0.5rem 0.5rem 0; }
.bar h2 { flex: 1; }
.agreement { max-height: 52vh; max-height: 52svh; overflow: auto; overscroll-behavior: contain; -webkit-overflow-scrolling: touch; margin: 0 -1.25rem -1.25rem; padding: 0.25rem 1.25rem 1.25rem; border-top: 1px solid var(--line); border-radius: 0 0 var(--radius) var(--radius); line-height: 1.8;
  background: linear-gradient(var(--paper) 40%, transparent) top / 100% 2.5rem no-repeat local, linear-gradient(transparent, var(--paper) 60%) bottom / 100% 2.5rem no-repeat local, linear-gradient(var(--shade), transparent) top / 100% 0.75rem no-repeat scroll, linear-gradient(transparent, var(--shade)) bottom / 100% 0.75rem no-repeat scroll; }
.agreement:focus-visible { outline-offset: -3px; }
.agreement[data-size="0"] { font-size: 0.875rem; }
.agreement[data-size="2"] { font-size: 1.1875rem; }
.agreement[data-size="3"] { font-size: 1.4375rem; }
.agreement :is(h3, h4) { margin: 1.375em 0 0.375em; font-size: 1em; line-height: 1.6; font-weight: 600; }
.agreement .agreement-title { margin: 1rem 0; font-size: 1.1875em; text-align: center; text-wrap: balance; }
.agreement p { margin: 0.5em 0; }
.agreement .agreement-notice { color: var(--soft); font-size: 0.9375em; }
.agreement-party, .agreement-signature { margin: 0.75em 0; padding: 0.625em 0.875em; border-radius: 0.625rem; background: var(--wash); }
.agreement .agreement-role { margin: 0; color: var(--soft); font-size: 0.875em; }
.agreement .agreement-name { margin: 0; font-weight: 600; }
.agreement-signature .agreement-notice { margin: 0; }
.agreement-clause { padding-left: 2.25em; text-indent: -2.25em; }
.agreement-number { display: inline-block; width: 2em; text-indent: 0; color: var(--soft); font-variant-numeric: tabular-nums; }
.card .agreement .facts { margin: 0.375em 0 0; border: 0; font-size: 0.9375em; }
.agreement .facts div { flex-wrap: wrap; gap: 0 1.5rem; padding: 0.25em 0; }
.agreement .facts dd { margin-left: auto; }
.agreement .facts div:last-child { border: 0; }

.facts { margin: 0 0 1rem; padding: 0 0.25rem; font-size: 0.875rem; line-height: 1.5; }
.card .facts { padding: 0; margin: 1rem 0; border-top: 1px solid var(--line); }
.facts div { display: flex; justify-content: space-between; gap: 1.5rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
.facts dt { color: var(--soft); white-space: nowrap; }
.facts time { display: inline-block; text-wrap: balance; }
.facts time span { white-space: nowrap; }
.facts dd { text-align: right; font-variant-numeric: tabular-nums; }

.signers { margin: 0; padding: 0; list-style: none; font-size: 0.9375rem; }
.signers li { display: flex; justify-content: space-between; gap: 1.5rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); color: var(--soft); }
.signers li:last-child { border: 0; padding-bottom: 0; }
.signers li[data-state=now] { color: inherit; font-weight: 600; }

.check { display: flex; gap: 0.75rem; align-items: flex-start; min-height: 44px; padding: 0.25rem 0; cursor: pointer; }
.check input { flex: none; width: 1.5rem; height: 1.5rem; margin: 0.125rem 0 0; border: 1.5px solid var(--edge); border-radius: 0.375rem; background: var(--paper); -webkit-appearance: none; appearance: none; display: grid; place-items: center; }
.check input:checked { background: var(--accent); border-color: var(--accent); }
.check input:checked::before { content: ""; width: 0.75rem; height: 0.375rem; margin-top: -0.1875rem; border: solid var(--on-accent); border-width: 0 0 2px 2px; transform: rotate(-45deg); }
@media (forced-colors: active) { .check input { -webkit-appearance: auto; appearance: auto; } .check input::before { display: none; } }
.note { color: var(--soft); font-size: 0.875rem; line-height: 1.5; min-height: 3.25rem; margin-top: 0.75rem; padding: 0.375rem 0; }
.note[data-note=problem], .note.problem { color: var(--warn); background: var(--warn-wash); padding: 0.375rem 0.75rem; border-radius: 0.5rem; }
[data-action=consent] .note { margin: 0.25rem 0 -0.5rem; padding-left: 2.25rem; }
[data-action=consent] .note[data-note=problem] { padding-left: 0.75rem; margin-bottom: 0; }

.pad { position: relative; border: 1px solid var(--edge); border-radius: 0.625rem; background: linear-gradient(var(--line), var(--line)) center 78% / calc(100% - 2.5rem) 1px no-repeat; overflow: hidden; }
.pad canvas { display: block; width: 100%; aspect-ratio: 2; color: var(--ink); touch-action: none; cursor: crosshair; }
.pad p { position: absolute; inset: 0; display: grid; place-items: center; color: var(--soft); pointer-events: none; }
.pad, .pad p { -webkit-user-select: none; user-select: none; }

label { font-weight: 500; }
.check { font-weight: 400; }
.field { margin-top: 1rem; }
[data-typing] .field { margin-top: 0; }
.hint { color: var(--soft); font-size: 0.8125rem; }
[type=text], textarea { display: block; width: 100%; min-height: 3rem; margin: 0.375rem 0 0.25rem; padding: 0.5rem 0.875rem; border: 1px solid var(--edge); border-radius: 0.625rem; background: var(--paper); color: inherit; font: inherit; font-size: 1.0625rem; }
textarea { resize: vertical; }
[name=amount], [name=remark] { font-size: 1.25rem; font-variant-numeric: tabular-nums; letter-spacing: 0.02em; }
[name=remark] { text-transform: uppercase; }
[aria-invalid] { border-color: var(--warn); box-shadow: 0 0 0 1px var(--warn); }

button, .primary, .secondary { font: inherit; cursor: pointer; -webkit-tap-highlight-color: transparent; touch-action: manipulation; }
.primary, .secondary { display: flex; align-items: center; justify-content: center; width: 100%; min-height: 3.125rem; margin-top: 1rem; padding: 0.5rem 1rem; border: 1px solid var(--accent); border-radius: 0.75rem; font-weight: 600; text-align: center; text-decoration: none; }
.primary { background: var(--accent); color: var(--on-accent); }
.secondary { background: transparent; color: var(--accent); }
.primary:active, .secondary:active { filter: brightness(0.92); }
[aria-busy=true] .primary { cursor: progress; filter: saturate(0.6); }
.quiet { display: block; width: 100%; min-height: 44px; margin-top: 0.25rem; border: 0; border-radius: 0.5rem; background: none; color: var(--soft); font-size: 0.9375rem; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 0.3em; }
.tool { min-width: 44px; min-height: 44px; padding: 0 0.625rem; border: 0; border-radius: 0.5rem; background: none; color: var(--accent); font-size: 0.9375rem; }
.tool:disabled { color: var(--soft); opacity: 0.55; cursor: default; }
.choice { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75rem; }

dialog { width: calc(100% - 2rem); max-width: 28rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--paper); color: inherit; }
dialog::backdrop { background: #0b0f1299; }
dialog p:not(.note) { color: var(--soft); margin: 0.375rem 0 1rem; }
dialog .note { margin: 0.5rem 0 0; }

.moment { padding: 2.5rem 1.5rem 2rem; text-align: center; margin-top: 1.5rem; }
.moment h2 { font-size: 1.25rem; }
.moment p { color: var(--soft); text-wrap: pretty; }
.moment :is(h2, p) + p { margin-top: 0.5rem; }
.moment .facts { margin-top: 1.5rem; text-align: left; }
.slot { min-height: 4.25rem; }
.breath { width: 3rem; height: 3rem; margin: 0 auto 1.5rem; border-radius: 50%; border: 3px solid var(--line); border-top-color: var(--accent); animation: turn 1.4s linear infinite; }
[data-waiting=over] .breath { animation: none; border-color: var(--line); }
.seal { display: grid; width: 5.5rem; height: 5.5rem; margin: 0.25rem auto 1.75rem; padding: 0.3125rem; border-radius: 0.625rem; background: var(--seal); transform: rotate(-4deg); animation: stamp 0.5s cubic-bezier(0.2, 0.9, 0.3, 1) both; }
.seal span { display: grid; place-items: center; border: 2px solid; border-radius: 0.375rem; color: #fdf8f2; font: 600 2rem/1.05 "Kaiti SC", STKaiti, KaiTi, "Songti SC", "Noto Serif SC", serif; writing-mode: vertical-rl; letter-spacing: 0.08em; }
.seal:lang(en) span { writing-mode: horizontal-tb; font: 700 1.0625rem/1 Georgia, "Times New Roman", serif; letter-spacing: 0.08em; }
@keyframes turn { to { transform: rotate(1turn); } }
@keyframes stamp { from { opacity: 0; transform: rotate(-4deg) scale(1.7); } }
.still { width: 3rem; height: 3rem; margin: 0 auto 1.5rem; border: 2px solid var(--edge); border-radius: 50%; background: linear-gradient(var(--edge), var(--edge)) center / 1.125rem 2px no-repeat; }
@media (prefers-reduced-motion: reduce) { .breath, .seal { animation: none; } }
@media (min-width: 40rem) { body { padding-top: 1.5rem; } .card { padding: 1.75rem; } .agreement { margin: 0 -1.75rem -1.75rem; padding-inline: 1.75rem; } }
`;
