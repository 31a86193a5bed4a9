// The host's own files, read by us and by other readers: a shell, the C library, rpm.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareKernelVersions, parseKernelVersion } from '../../src/host/kernel-version.ts';
import { parseOsRelease } from '../../src/host/os-release.ts';
import { parsePasswd } from '../../src/host/users.ts';
import { python } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
  fc.sample(arbitrary, { numRuns, seed: 20261123 });
const of = (characters: string, limits: object = {}) =>
  fc.string({ unit: fc.constantFrom(...characters), maxLength: 5, ...limits });

test('os-release: values in every quoting, as sh assigns them', (t) => {
  const part = fc.oneof(
    of('aZ09._-/:@%+=,é~', { minLength: 1 }),
    of('a "\\$`;#&|é').map((text) => `'${text}'`),
    of("a ';#&|é").map((text) => `"${text}"`),
    fc.constantFrom(
      '"\\""',
      '"\\\\"',
      '"\\$"',
      '"\\`"',
      '"\\a"',
      '\\a',
      '\\"',
      "\\'",
      '\\\\',
      '\\ ',
      '\\$',
      '""',
      "''",
    ),
  );
  // A tilde at the front would be expanded to a home folder.
  const value = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('').replace(/^~/, ''));
  const files = sample(fc.tuple(value, value, value), 300).map(
    ([id, version, name]) => `ID=${id}\nVERSION_ID=${version}\nNAME=${name}\n`,
  );
  const folder = temporaryFolder(t, Object.fromEntries(files.map((text, index) => [String(index), text])));
  const script =
    'cd "$1"; i=0; while [ -e $i ]; do ID= VERSION_ID= NAME=; . ./$i; printf "%s\\0%s\\0%s\\0" "$ID" "$VERSION_ID" "$NAME"; i=$((i+1)); done';
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script, 'sh', folder], { encoding: 'utf8', env: {} });
  assert.deepEqual([status, stderr], [0, '']);
  const words = stdout.split('\0');
  files.forEach((text, index) => {
    const [id, version, name] = words.slice(index * 3).map((word) => word || null);
    assert.deepEqual(parseOsRelease(text), { id, version_id: version, name }, text);
  });
});

// Except the entries of NIS, + and -, which stand for entries of another source.
test('passwd: the names that the C library reads', (t) => {
  if (!needs(t, 'python3')) return;
  const field = of('ab1:#-+. \t,é', { maxLength: 4 });
  const uid = fc.oneof(fc.nat({ max: 9 }).map(String), fc.constantFrom('', '4294967294', '07', 'x', '1x', '0x1'));
  const line = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(of('abc_9é', { minLength: 1 }), uid).map(([name, id]) => `${name}:x:${id}:0:g:/:/s`),
    },
    fc.tuple(of('abc', { minLength: 1 }), uid, field).map(([name, id, rest]) => `${name}:x:${id}:0:${rest}`),
    fc.array(field, { maxLength: 7 }).map((fields) => fields.join(':').replace(/^[-+]/, '')),
  );
  const folder = temporaryFolder(
    t,
    Object.fromEntries(
      sample(fc.array(line, { maxLength: 6 }), 500).map((lines, index) => [String(index), `${lines.join('\n')}\n`]),
    ),
  );
  const script = `
import ctypes, json, os, sys
class Passwd(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("passwd", ctypes.c_char_p), ("uid", ctypes.c_uint32)]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fgetpwent.argtypes = [ctypes.c_void_p]
libc.fgetpwent.restype = ctypes.POINTER(Passwd)
read = []
for path in sorted(os.listdir(sys.argv[1]), key=int):
    text = open(os.path.join(sys.argv[1], path), encoding="utf-8").read()
    file = libc.fopen(os.path.join(sys.argv[1], path).encode(), b"r")
    names = {}
    while entry := libc.fgetpwent(file):
        # A line without a name names nobody.
        entry.contents.name and names.setdefault(entry.contents.uid, entry.contents.name.decode())
    read.append([text, list(names.items())])
print(json.dumps(read))`;
  const { status, stdout, stderr } = spawnSync(python!, ['-c', script, folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  let named = 0;
  for (const [text, names] of JSON.parse(stdout) as [string, [number, string][]][]) {
    named += names.length;
    assert.deepEqual([...parsePasswd(text)].sort(), names.sort(), text);
  }
  assert.ok(named > 300, `only ${named} names`);
});

test('kernel releases of rpm: the order that rpm gives them', (t) => {
  if (!needs(t, 'rpm')) return;
  const number = fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 2000 })).map(String);
  const release = fc
    .tuple(
      fc.array(number, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('el8', 'el9', 'el9_3', 'el9_10', 'el10', 'fc39', 'fc40'),
    )
    .map(([numbers, tag]) => `5.14.0-${numbers.join('.')}.${tag}.x86_64`);
  const pairs = sample(fc.tuple(release, release), 3000);
  const table = join(temporaryFolder(t, { pairs: pairs.map((pair) => `${pair.join(' ')}\n`).join('') }), 'pairs');
  const program = `%{lua: for line in io.lines("${table}") do local a, b = line:match("(%S+) (%S+)"); print(rpm.vercmp(a, b) .. "\\n") end}`;
  const { status, stdout } = spawnSync('rpm', ['--eval', program], { encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(status, 0);
  const expected = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
  const ours = pairs.map(([a, b]) => Math.sign(compareKernelVersions(parseKernelVersion(a), parseKernelVersion(b))));
  assert.equal(expected.length, pairs.length);
  const wrong = pairs.filter((_, index) => ours[index] !== expected[index]);
  assert.deepEqual(wrong.slice(0, 5), []);
});
