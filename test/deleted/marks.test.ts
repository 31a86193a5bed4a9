// The quick look searches for parts of the marks that parseMarked() reads. It may suspect too many names, but never too few.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Marked, parseMarked } from '../../src/deleted/mark.ts';
import { mayNameGoneFile, parseSuspiciousMappings } from '../../src/procfs/maps.ts';
import { linkMayBeGone } from '../../src/procfs/quick-look.ts';

/** Names with each mark, as the kernel or the client of a file system writes them. A mark without a row does not compile. */
const names: Readonly<Record<Marked['mark'], (path: string, hex: string) => string[]>> = {
  suffix: (path) => [`${path} (deleted)`],
  prefix: (path) => [`(deleted) ${path}`, `(deleted)${path}`],
  nfs: (path, hex) => [`${path}/.nfs${hex}`, `${path}/.nfs${hex.toUpperCase()}`],
  fuse: (path, hex) => [`${path}/.fuse_hidden${hex.slice(0, 16)}`],
};

const path = fc
  .string({ unit: fc.constantFrom('a', '/', '.', ' ', '(', 'é'), maxLength: 20 })
  .map((rest) => `/${rest}`);
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 24, maxLength: 24 });

for (const [mark, write] of Object.entries(names)) {
  test(`the quick look sees what is marked as ${mark}`, () => {
    fc.assert(
      fc.property(path, hex, (path, hex) => {
        for (const name of write(path, hex)) {
          assert.notEqual(parseMarked(name), null, name);
          assert.ok(linkMayBeGone(name), name);
          const line = `7f0000000000-7f0000001000 r-xp 00000000 08:01 7 ${name}\n`;
          assert.ok(mayNameGoneFile(line), name);
          assert.equal(parseSuspiciousMappings(Buffer.from(line, 'latin1')).mappings.length, 1, name);
        }
      }),
    );
  });
}
