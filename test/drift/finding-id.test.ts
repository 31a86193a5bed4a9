// Ids against the worked example, the facts that change an id, and the facts that do not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drift, Finding } from '../../src/documents/generated/drift.ts';
import { findingId, type Identified } from '../../src/drift/finding-id.ts';
import { readGolden } from '../support/golden.ts';

const golden = readGolden<Drift>('drift');
const base: Identified = golden.findings[0]!;
const docker = { runtime: 'docker', id: 'a'.repeat(64), name: null, user: null } as const;
const loose: Identified = { ...base, unit: null, scope: null };

test('the ids of the worked example', () => {
  for (const finding of [...golden.findings, ...golden.resolved]) assert.equal(findingId(finding), finding.id);
});

const same: [string, Identified, Identified][] = [
  ['program', base, { ...base, executable: '/usr/bin/other' }],
  ['name of the user', { ...base, user: { uid: 7, name: 'a' } }, { ...base, user: { uid: 7, name: 'b' } }],
  ['session', { ...base, unit: 'session-1.scope' }, { ...base, unit: 'session-2.scope' }],
  ['container', { ...loose, container: docker }, { ...loose, container: { ...docker, id: 'b'.repeat(64), name: 'x' } }],
  [
    'the text of a path whose bytes are known',
    { ...base, path: 'a', path_base64: 'Lw==' },
    { ...base, path: 'b', path_base64: 'Lw==' },
  ],
  [
    'UTF-8 path and its bytes',
    { ...base, path: '/ä' },
    { ...base, path: '?', path_base64: Buffer.from('/ä').toString('base64') },
  ],
];
const different: [string, Partial<Finding>][] = [
  ['unit', { unit: 'sshd.service' }],
  ['scope', { scope: 'user' }],
  ['user', { user: { uid: 0, name: 'root' } }],
  ['via', { via: 'fd' }],
  ['path', { path: '/usr/lib/x86_64-linux-gnu/libssl.so.1.1' }],
  ['instance', { unit: 'ssh@15-main.service' }],
  ['no unit', { unit: null, scope: null }],
];

for (const [name, a, b] of same) test(`the same with another ${name}`, () => assert.equal(findingId(a), findingId(b)));
for (const [name, change] of different)
  test(`another with another ${name}`, () =>
    assert.notEqual(findingId({ ...base, ...change }), golden.findings[0]?.id));

test('if there is no unit, the id depends on the program and on the kind of container', () => {
  const ids = [loose, { ...loose, executable: '/usr/bin/x' }, { ...loose, container: docker }].map(findingId);
  assert.equal(new Set(ids).size, 3);
});
