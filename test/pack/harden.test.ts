// A Bun that reads its variables in a way that is not known ends the build, with the name.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const { harden } = await import(join(projectRoot, 'scripts/pack/harden.mjs'));
const cache = join(projectRoot, 'build/bun');

/** One of the runtimes that `npm run pack` fetched to build with: its text, and the processor it is for. */
function runtime() {
  const [name] = existsSync(cache) ? readdirSync(cache).filter((each) => each.startsWith('bun-linux-')) : [];
  assert.ok(name, `${cache} is empty: run \`npm run pack\` first`);
  return {
    text: readFileSync(join(cache, name, 'bun'), 'latin1'),
    machine: name.includes('x64') ? 'x64' : 'arm64',
  };
}

const changes: [name: string, change: (text: string) => string, said: RegExp][] = [
  ['a name is missing', (text) => text.replace('\0BUN_OPTIONS\0', '\0BUN_OPTION_\0'), /reads BUN_OPTIONS /],
  ['a name is part of a longer text', (text) => text.replace('\0BUN_BE_BUN\0', '\0BUN_BE_BUN.'), /reads BUN_BE_BUN /],
  ['a name is there twice', (text) => `${text}\0BUN_INSPECT\0`, /reads BUN_INSPECT /],
  ['a variable of another is missing', (text) => text.replace('\0ICU_DATA\0', '\0ICU_DATE\0'), /reads ICU_DATA /],
  ['the allocator has another name', (text) => text.replaceAll('mimalloc', 'nimalloc'), /reads MIMALLOC_ /],
];
for (const [name, change, said] of changes) {
  test(`no executable is made of a Bun where ${name}`, (t) => {
    const { text, machine } = runtime();
    const folder = temporaryFolder(t);
    const [bun, copy] = [join(folder, 'bun'), join(folder, 'copy')];
    writeFileSync(bun, change(text), 'latin1');
    assert.throws(() => harden(bun, copy, machine), said);
    assert.ok(!existsSync(copy));
  });
}

test('nothing but names and two instructions is changed', (t) => {
  const { text, machine } = runtime();
  const folder = temporaryFolder(t);
  const [bun, copy] = [join(folder, 'bun'), join(folder, 'copy')];
  writeFileSync(bun, text, 'latin1');
  harden(bun, copy, machine);
  const [before, after] = [readFileSync(bun), readFileSync(copy)];
  assert.equal(after.length, before.length);
  let changed = 0;
  for (let at = 0; at < before.length; at++) if (before[at] !== after[at]) changed++;
  assert.ok(changed > 50 && changed < 200, String(changed));
});
