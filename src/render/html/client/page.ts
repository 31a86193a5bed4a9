// The script of every page: filters and sorts its tables, copies its commands, opens everything for print. The page is complete without
// it. The build bundles this file into a constant (scripts/build/page-assets.mjs); it only ever sets text, never HTML.

import { addCopyButtons } from './copy.ts';
import { addTools } from './tables.ts';

for (const table of document.querySelectorAll<HTMLTableElement>('table[data-tools]')) addTools(table);
addCopyButtons();
openForPrint();

/** A closed part of the page is not printed. What the reader had closed is closed again afterwards. */
function openForPrint(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const each of opened) each.open = true;
  });
  addEventListener('afterprint', () => {
    for (const each of opened) each.open = false;
    opened = [];
  });
}
