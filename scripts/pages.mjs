// The pages that are made from sources: docs/report.md from the schema, docs/scan.svg from the worked example. `npm run generate`
// writes them. With --check nothing is written, and a page that differs from its sources is a failure.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawScan } from './pages/picture.mjs';
import { readReportPage } from './pages/report-page.mjs';
import { root } from './project.mjs';

const pages = { 'docs/report.md': readReportPage(root), 'docs/scan.svg': await drawScan(root) };

const check = process.argv.includes('--check');
for (const [name, text] of Object.entries(pages)) {
  const path = join(root, name);
  if (readOld(path) === text) continue;
  if (!check) writeFileSync(path, text);
  else {
    console.error(`${name} differs from its sources: run \`npm run generate\``);
    process.exitCode = 1;
  }
}

/** @param {string} path */
function readOld(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
