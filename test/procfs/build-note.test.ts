// Notes of builds: made by a linker, made by hand in each layout, and torn.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BuildNote, parseBuildNote } from '../../src/procfs/build-note.ts';
import { makeElf } from '../support/elf-note.ts';

const parse = (file: Buffer) => parseBuildNote((offset, length) => file.subarray(offset, offset + length));
const text = '{"type":"deb","os":"debian","name":"systemd","version":"252.38-1~deb12u1","architecture":"amd64"}\0';
const told: BuildNote = { type: 'deb', name: 'systemd', version: '252.38-1~deb12u1' };

for (const bits of [32, 64] as const) {
  for (const little of [true, false]) {
    test(`a note of ${bits} bits, ${little ? 'little' : 'big'} endian`, () => {
      assert.deepEqual(parse(makeElf({ bits, little }, text)), told);
    });
  }
}

const wrong: [name: string, description: string][] = [
  ['no JSON', 'systemd\0'],
  ['no version', '{"type":"deb","name":"x"}\0'],
  ['no object', 'null\0'],
  ['a list', '[1]\0'],
  ['a version with a control character', '{"type":"deb","name":"x","version":"1\\u001b[31m"}\0'],
  ['a version that is no text', '{"type":"deb","name":"x","version":1}\0'],
  ['a version without an end', `{"type":"deb","name":"x","version":"${'1'.repeat(300)}"}\0`],
  ['nothing', ''],
];
for (const [name, description] of wrong) {
  test(`a note that is ${name}`, () => assert.equal(parse(makeElf({ bits: 64, little: true }, description)), null));
}

test('a torn or altered file is always read to an end', () => {
  const good = makeElf({ bits: 64, little: true }, text);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1023), fc.nat(255)), { maxLength: 12 }), fc.nat(1024), (changes, length) => {
      const file = Buffer.from(good.subarray(0, length));
      for (const [at, byte] of changes) if (at < file.length) file[at] = byte;
      const note = parse(file);
      assert.ok(note === null || typeof note.version === 'string');
    }),
    { numRuns: 500 },
  );
  assert.equal(parse(Buffer.alloc(0)), null);
});

test('the programs of this host, as readelf shows them', (t) => {
  const folder = '/usr/bin';
  const programs = existsSync('/usr/bin/readelf')
    ? readdirSync(folder).filter((name) => /^(?:systemctl|journalctl|bash|perl)$/.test(name))
    : [];
  if (programs.length === 0) return t.skip('there is no readelf');
  for (const name of programs) {
    const shown = spawnSync('readelf', ['--wide', '--notes', `${folder}/${name}`], { encoding: 'utf8' }).stdout;
    const version = /"version":"([^"]+)"/.exec(shown)?.[1] ?? null;
    assert.equal(parse(readFileSync(`${folder}/${name}`))?.version ?? null, version, name);
  }
});
