// Unit names compared with the verdict of systemd's own function, in the library that its programs share.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { classifyUnitName } from '../../src/systemd/unit-name.ts';
import { python } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { skip } from '../support/skip.ts';

function sharedLibrary(): string | null {
  for (const base of [
    '/usr/lib/x86_64-linux-gnu/systemd',
    '/usr/lib/aarch64-linux-gnu/systemd',
    '/usr/lib/systemd',
    '/lib/systemd',
  ]) {
    try {
      const file = readdirSync(base).find((name) => /^libsystemd-shared-.*\.so$/.test(name));
      if (file) return join(base, file);
    } catch {}
  }
  return null;
}

const part = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: fc.constantFrom(...'aZ09:_.\\-'), maxLength: 6 }) },
  fc.string({ unit: fc.constantFrom(...'a@/ \n~+%\xff'), maxLength: 3 }),
  fc.constantFrom('x'.repeat(245), 'x'.repeat(247), 'x'.repeat(250), '\\x2d', '@', '@@'),
);
const suffix = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      '.service',
      '.scope',
      '.slice',
      '.socket',
      '.target',
      '.device',
      '.mount',
      '.automount',
      '.swap',
      '.timer',
      '.path',
    ),
  },
  fc.constantFrom('', '.', '.busname', '.snapshot', '.Service', '.service ', '.service\n', '.conf'),
);
const anyName = fc
  .tuple(part, fc.constantFrom('', '', '@'), fc.oneof(fc.constant(''), part), suffix)
  .map(([prefix, at, instance, end]) => `${prefix}${at}${instance}${end}`);

test('made-up unit names: plain, instance or template as systemd has it', (t) => {
  const library = sharedLibrary();
  if (!needs(t, 'python3')) return;
  if (library === null) return skip(t, 'wants the library that systemd shares: apt install systemd');
  const names = [...new Set(fc.sample(anyName, { numRuns: 20_000, seed: 5 }))];
  const script = `
import ctypes, json, sys
valid = ctypes.CDLL(sys.argv[1]).unit_name_is_valid
valid.restype = ctypes.c_bool
kinds = [(1, "plain"), (2, "template"), (4, "instance")]
def classify(name):
    return next((kind for flag, kind in kinds if valid(bytes.fromhex(name), flag)), None)
print(json.dumps([classify(name) for name in json.load(sys.stdin)]))`;
  const input = JSON.stringify(names.map((name) => Buffer.from(name, 'latin1').toString('hex')));
  const { status, stdout, stderr } = spawnSync(python!, ['-c', script, library], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (/undefined symbol/.test(stderr)) return skip(t, stderr);
  assert.equal(status, 0, stderr);
  const expected = JSON.parse(stdout) as (string | null)[];
  const wrong = names.flatMap((name, index) => {
    const kind = classifyUnitName(name);
    return kind === expected[index] ? [] : [{ name, kind, expected: expected[index] }];
  });
  assert.deepEqual(wrong.slice(0, 5), []);
  for (const kind of ['plain', 'template', 'instance', null]) {
    assert.ok(expected.filter((each) => each === kind).length > 100, String(kind));
  }
});
