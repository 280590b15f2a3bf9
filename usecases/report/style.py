"""How a page looks: on screen, in the dark, on paper."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #ffffff; --line: #d7dce2;
  --soft: #f4f6f8; --quiet: #4a5563; --accent: #1f5c99; --warn: #fff4d6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --paper: #15191f; --line: #323a45;
  --soft: #1e242c; --quiet: #b3bcc8; --accent: #8fc1ee; --warn: #3a3014; } }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 72rem; margin: 2.5rem auto; padding: 0 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; margin-bottom: .25rem; } h2 { margin-top: 2.75rem; }
h3 { margin-top: 2rem; margin-bottom: .5rem; font-size: 1.1rem; }
a { color: var(--accent); }
.lead, .words { color: var(--quiet); margin-top: 0; }
nav ul { columns: 18rem; padding-left: 1.2rem; margin: .5rem 0; }
.wide { overflow-x: auto; margin: .75rem 0; }
.wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .82rem; overflow-wrap: normal; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line);
  white-space: nowrap; font-variant-numeric: tabular-nums; vertical-align: top; }
td.long { white-space: normal; min-width: 9rem; }
th { background: var(--soft); }
tr.context td { color: var(--quiet); font-style: italic; }
figure { margin: 1.25rem 0 .75rem; padding: .75rem; background: #ffffff;
  border: 1px solid var(--line); border-radius: 6px; }
figure .wide { margin: 0; }
figure img { width: 100%; min-width: 34rem; max-width: 48rem; height: auto; display: block;
  margin: 0 auto; }
figcaption { color: #4a5563; font-size: .85rem; padding-top: .5rem; }
.stamp { display: inline-block; border: 1px solid #4a5563; border-radius: 3px; padding: 0 .35rem;
  margin-right: .4rem; color: #1c2430; background: #ffffff; font-size: .75rem; }
.notes { background: var(--warn); border-left: 4px solid #b7791f; padding: .6rem 1rem; }
.notes ul { margin: .25rem 0; padding-left: 1.2rem; }
code { background: var(--soft); padding: .1rem .3rem; border-radius: 3px; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line);
  font-size: .85rem; color: var(--quiet); }
@media print {
  :root { --ink: #000000; --paper: #ffffff; --line: #bbbbbb; --soft: #eeeeee; --quiet: #333333;
    --accent: #000000; --warn: #ffffff; }
  body { max-width: none; margin: 0; font-size: 10pt; } nav { display: none; }
  .wide { overflow: visible; } figure img { min-width: 0; } table { font-size: 7pt; }
  th, td { white-space: normal; padding: .15rem .3rem; }
  figure, tr, .notes { break-inside: avoid; } h2, h3 { break-after: avoid; }
  thead { display: table-header-group; }
}
"""
