// Thousands of made-up cgroup paths: unit, slice and session compared with the answers of libsystemd, which made the rule.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCgroup } from '../../src/procfs/cgroup.ts';
import { attributeProcess } from '../../src/systemd/attribute.ts';
import type { Attribution } from '../../src/systemd/attribution.ts';
import { python } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';

type Answers = [
  unit: string | null,
  userUnit: string | null,
  slice: string | null,
  userSlice: string | null,
  session: string | null,
  ownerUid: number | null,
];

const words = (text: string): string[] => text.split(' ');
const heads = [
  ...words('cron.service init.scope session-7.scope session-c1.scope session-.scope session-a_b.scope a.service.d a.b'),
  ...words('user@1000.service user@0.service user@01.service user@65535.service user@4294967295.service user@.service'),
  ...words('user@a.service dbus-:1.3-org.x@0.service getty@tty1.service getty@.service dev-disk-by\\x2did.swap'),
  ...words('_cpu.service __x.service _.service -.mount .service x@y@z.service'),
  'a b.service',
];
// The root slice has no folder, and no folder of the cgroup tree is named `.`.
const slices = [
  ...words('system.slice user.slice user-1000.slice user-0.slice user-.slice a-b.slice a-.slice -a.slice a--b.slice'),
  ...words('_a.slice a@b.slice a@.slice app.slice user-4294967294.slice user-01.slice'),
];
const odd = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab01:_.@\\-~ \t\xff'), minLength: 1, maxLength: 8 }),
  fc.constantFrom(...words('cgroup.procs tasks cpu.max payload supervisor'), '', 'x'.repeat(255), 'x'.repeat(247)),
);
const suffix = fc.constantFrom('.service', '.scope', '.slice', '.mount', '.socket', '.target', '.device', '');
const made = fc
  .tuple(odd, suffix)
  .map(([name, end]) => (name + end).slice(0, 255))
  .filter((name) => !/^\.*$|^-\.slice$/.test(name));
const component = fc.oneof(fc.constantFrom(...slices), fc.constantFrom(...heads), made);
const above = fc.oneof(
  fc.array(fc.constantFrom(...slices), { maxLength: 3 }),
  fc
    .constantFrom('', ' session-7.scope', ' user@1000.service')
    .map((head) => words(`user.slice user-1000.slice${head}`)),
);
const anyPath = fc
  .tuple(above, fc.array(component, { maxLength: 4 }), fc.boolean())
  .map(([start, rest, gone]) => `/${[...start, ...rest].join('/')}${gone ? ' (deleted)' : ''}`);

const host = { pid: 'pid:[1]', cgroup: 'cgroup:[1]' };

test("made-up cgroup paths: libsystemd's units, slices and sessions", (t) => {
  if (!needs(t, 'python3', 'libsystemd', 'mounts')) return;
  const paths = [...new Set(fc.sample(anyPath, { numRuns: 4000, seed: 7 }))];
  const script = join(projectRoot, 'test/support/libsystemd-answers.py');
  const input = paths.map((path) => `${Buffer.from(path, 'latin1').toString('hex')}\n`).join('');
  const { status, stdout, stderr } = spawnSync(python!, [script], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(status, 0, stderr);
  const answers = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Answers);
  assert.equal(answers.length, paths.length);

  const kinds = { none: 0, system: 0, user: 0, session: 0 };
  const wrong: unknown[] = [];
  paths.forEach((path, index) => {
    const ours = attributeProcess(parseCgroup(`0::${path}\n`), host, host);
    if (ours.container !== null) return;
    kinds[ours.session ? 'session' : (ours.unit?.scope ?? 'none')]++;
    const expected = translate(answers[index]!);
    const got = shape(ours);
    if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push({ path, got, expected, said: answers[index] });
  });
  assert.deepEqual(wrong.slice(0, 10), []);
  t.diagnostic(JSON.stringify(kinds));
  for (const [kind, count] of Object.entries(kinds)) assert.ok(count > 30, `too few of ${kind}`);
});

function shape({ unit, slice, session }: Attribution): object {
  return {
    unit: unit?.name ?? null,
    uid: unit?.uid ?? null,
    slice: unit ? (slice ?? '-.slice') : null,
    session: session?.id ?? null,
  };
}

/**
 * Translates the answers to our terms. A user manager's own init.scope is the manager. The owner of a user manager is in its
 * name; libsystemd also wants a user's slice around it. A session is directly below a user's slice.
 */
function translate([unit, userUnit, slice, userSlice, session, ownerUid]: Answers): object {
  if (unit === null) return { unit: null, uid: null, slice: null, session: null };
  const [, manager] = /^user@([0-9]+)\.service$/.exec(unit) ?? [];
  if (manager !== undefined && userUnit !== null && !(userUnit === 'init.scope' && userSlice === '-.slice')) {
    return { unit: userUnit, uid: Number(manager), slice: userSlice, session: null };
  }
  return { unit, uid: null, slice, session: ownerUid === null ? null : session };
}
