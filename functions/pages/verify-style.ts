/** What the verify page adds to the sheet of the signing page. */
export const verifyStyle = `
.lead { margin: 0.5rem 0 1.25rem; color: var(--soft); }
.drop { display: grid; justify-items: center; gap: 0.25rem; padding: 2rem 1rem; border: 1.5px dashed var(--edge); border-radius: 0.75rem; text-align: center; cursor: pointer; }
.drop:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
.drop input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.drop .primary { width: auto; min-width: 12rem; margin: 0 0 0.5rem; }
.drop .hint { font-weight: 400; }
[data-over] .drop { border-color: var(--accent); background: var(--wash); }
@media (hover: none) { .drop .hint { display: none; } }
.promise { display: flex; gap: 0.625rem; margin-top: 1rem; color: var(--soft); font-size: 0.875rem; line-height: 1.6; }
.promise svg { flex: none; width: 1.125rem; height: 1.125rem; margin-top: 0.1875rem; }
progress { display: block; width: 100%; height: 0.375rem; margin-top: 1rem; accent-color: var(--accent); }
.outcome { text-align: center; padding-block: 2rem 1.5rem; }
.outcome h2 { font-size: 1.25rem; }
.outcome h2 + p { margin-top: 0.5rem; color: var(--soft); text-wrap: pretty; }
.outcome .mark { display: grid; place-items: center; width: 3.5rem; height: 3.5rem; margin: 0 auto 1.25rem; border: 2px solid var(--edge); border-radius: 50%; color: var(--soft); }
.mark svg { width: 1.75rem; height: 1.75rem; }
[data-good] .mark { border-color: var(--accent); background: var(--wash); color: var(--accent); }
[data-bad] .mark { border-color: var(--warn); background: var(--warn-wash); color: var(--warn); }
.facts .long { display: block; }
.facts .long dd { margin-top: 0.125rem; text-align: left; font: 0.8125rem/1.5 ui-monospace, "SF Mono", Consolas, monospace; overflow-wrap: anywhere; }
.offline { display: inline-flex; align-items: center; min-height: 44px; }
[data-form] .note:empty { display: none; }
.file { margin-top: 1rem; font-size: 0.875rem; color: var(--soft); overflow-wrap: anywhere; text-align: center; }
.file:empty { display: none; }
`;
