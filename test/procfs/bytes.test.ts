// Byte strings against Python's decoder: the text, and whether the text has all the bytes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromText, toBuffer, toText } from '../../src/procfs/bytes.ts';
import { sanitizePath } from '../../src/render/raw-bytes.ts';
import { anyCharacter } from '../support/any-character.ts';
import { python } from '../support/live.ts';
import { needs } from '../support/needs.ts';

const piece = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 3 }).map((text) => Buffer.from(text, 'utf8').toString('latin1')),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    '\xc0\xaf',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
    '\xe6\x97',
    '\xef\xbb\xbf',
    '\xf0\x9f',
    '\xfe',
    '\0',
    '\n',
  ),
);
const anyBytes = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));

test('toText: what Python decodes, and the raw bytes where that is not all', (t) => {
  if (!needs(t, 'python3')) return;
  const drawn = fc.sample(anyBytes, { numRuns: 5000, seed: 3 });
  const script = `
import json, sys
def decode(raw):
    try:
        return [raw.decode(), True]
    except UnicodeDecodeError:
        return [raw.decode(errors="replace"), False]
print(json.dumps([decode(bytes.fromhex(line)) for line in json.load(sys.stdin)]))`;
  const input = JSON.stringify(drawn.map((bytes) => toBuffer(bytes).toString('hex')));
  const { status, stdout, stderr } = spawnSync(python!, ['-c', script], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  const answers = JSON.parse(stdout) as [string, boolean][];
  drawn.forEach((bytes, index) => {
    const [text, lossless] = answers[index]!;
    const base64 = lossless ? null : toBuffer(bytes).toString('base64');
    assert.deepEqual(toText(bytes), { text, base64 }, JSON.stringify(bytes));
    if (lossless) assert.equal(fromText(text), bytes);
  });
  assert.ok(answers.filter(([, lossless]) => lossless).length > 500);
});

test('a path as documents have it is shown as one that its bytes can be told from', () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, (one, other) => {
      const [a, b] = [one, other].map((bytes) => {
        const { text, base64 } = toText(bytes);
        return sanitizePath({ path: text, path_base64: base64 });
      });
      assert.equal(a === b, one === other);
    }),
    { numRuns: 2000 },
  );
});
