/** The look of a report, on paper-white and on dark screens. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5d6b7a; --line: #dfe4ea; --paper: #fff; --card: #f7f9fb;
  --candidate: #0b66c3; --baseline: #8a6d1f; --reference: #7a7f87; --ok: #19703d; --loss: #b3261e; --undecided: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa7b4; --line: #323b45; --paper: #14181d; --card: #1b2127;
  --candidate: #62aef7; --baseline: #d9b44a; --reference: #9aa1a9; --ok: #5cc98a; --loss: #ff8b80; --undecided: #e0ad4e; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1400px; margin: 0 auto; padding: 24px; }
h1 { font-size: 24px; margin: 0 0 8px; } h2 { margin: 40px 0 12px; font-size: 20px; } h3 { font-size: 15px; margin: 0 0 6px; }
small { color: var(--soft); font-weight: normal; font-size: 13px; }
table { border-collapse: collapse; margin: 12px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 18px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
.outcome { font-weight: 600; } p.outcome { font-size: 20px; margin: 0; }
.ok { color: var(--ok); } .loss { color: var(--loss); } .undecided { color: var(--undecided); }
.note { color: var(--soft); }
.plots { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); }
figure { margin: 0; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
figcaption { color: var(--soft); font-size: 13px; }
a { color: var(--candidate); }
svg { width: 100%; height: auto; display: block; } svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.grid { stroke: var(--line); } .mark { stroke: var(--loss); stroke-dasharray: 3 3; }
.dot { opacity: 0.55; } .line { fill: none; stroke-width: 2; } .bar { stroke-width: 2.5; stroke-linecap: round; }
.dot.candidate { fill: var(--candidate); } .dot.baseline { fill: var(--baseline); } .dot.reference { fill: var(--reference); }
.line.candidate, .bar.candidate { stroke: var(--candidate); } .line.baseline, .bar.baseline { stroke: var(--baseline); }
.line.reference, .bar.reference { stroke: var(--reference); }
svg .name.candidate { fill: var(--candidate); } svg .name.baseline { fill: var(--baseline); } svg .name.reference { fill: var(--reference); }
`
