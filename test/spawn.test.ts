import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { explainOutcome, run, type SpawnOutcome } from '../src/spawn.ts';

const limits = { deadlineMs: 30_000, maxBytes: 1 << 20 };
const folder = mkdtempSync(join(tmpdir(), 'spawn-'));
after(() => rmSync(folder, { recursive: true }));

function program(name: string, body: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, mode);
  return path;
}

function said(outcome: SpawnOutcome): string {
  assert.equal(outcome.kind, 'ok');
  return outcome.kind === 'ok' ? outcome.stdout.toString('latin1') : '';
}

/** Runs with variables of ours in the caller's environment. */
function within(variables: Record<string, string>, body: () => void): void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    body();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

const outcomes: [name: string, file: () => string, args: string[], options: object, expected: Partial<SpawnOutcome>][] =
  [
    ['a status', () => program('status', 'exit 3'), [], {}, { kind: 'ok', status: 3 }],
    [
      'ended by a signal that has no name',
      () => program('real-time', 'kill -40 $$'),
      [],
      {},
      { kind: 'killed', signal: 'a real-time signal' },
    ],
    ['nothing of that name', () => 'no-such-program-here', [], {}, { kind: 'missing' }],
    ['nothing at that path', () => join(folder, 'nowhere'), [], {}, { kind: 'missing' }],
    ['not executable', () => program('plain', '', 0o644), [], {}, { kind: 'failed', code: 'EACCES' }],
    ['a folder', () => folder, [], {}, { kind: 'failed', code: 'EACCES' }],
    ['arguments too long', () => 'true', ['x'.repeat(200_000)], {}, { kind: 'failed', code: 'E2BIG' }],
    ['late', () => program('late', 'exec sleep 60'), [], { deadlineMs: 100 }, { kind: 'timeout' }],
    [
      'late and deaf',
      () => program('deaf', "trap '' TERM INT; sleep 2 & wait; sleep 60"),
      [],
      { deadlineMs: 300 },
      { kind: 'timeout' },
    ],
    [
      'gone, but its child holds stdout',
      () => program('child', 'sleep 3 &'),
      [],
      { deadlineMs: 300 },
      { kind: 'timeout' },
    ],
    [
      'no deadline is no way to ask for none',
      () => program('late0', 'exec sleep 60'),
      [],
      { deadlineMs: 0 },
      { kind: 'timeout' },
    ],
    ['too much', () => program('flood', 'exec yes'), [], { maxBytes: 5000 }, { kind: 'too_large' }],
    ['too much on stderr', () => program('noise', 'exec yes >&2'), [], { maxBytes: 5000 }, { kind: 'too_large' }],
    ['killed', () => program('killed', 'kill -KILL $$'), [], {}, { kind: 'killed', signal: 'SIGKILL' }],
  ];

for (const [name, file, args, options, expected] of outcomes) {
  test(`run: ${name}`, () => {
    const outcome = run(file(), args, { ...limits, ...options });
    assert.deepEqual({ ...outcome, ...expected }, outcome);
  });
}

test('run: stdout and stderr as bytes, apart', () => {
  const outcome = run(program('both', "printf '\\377\\000a'; printf 'b\\n' >&2"), [], limits);
  assert.equal(said(outcome), '\xff\0a');
  assert.equal(outcome.kind === 'ok' && outcome.stderr.toString(), 'b\n');
});

test('run: arguments arrive as they are, no shell reads them', () => {
  const args = ['$(id)', '; id', '*', "'", '"', '', 'a\nb', '--', '\\x2d'];
  assert.equal(said(run(program('echo', 'printf "<%s>" "$@"'), args, limits)), args.map((arg) => `<${arg}>`).join(''));
});

test('run: stdin is empty', () => {
  assert.equal(said(run('cat', [], limits)), '');
});

test('run: an environment of our own', () => {
  const caller = { NODE_OPTIONS: '--no-warnings', SYSTEMD_PAGER: 'less', LANG: 'de_DE.UTF-8', LD_PRELOAD: '/x.so' };
  within({ ...caller, PATH: '/usr/bin:/bin' }, () => {
    const lines = said(run('env', [], limits))
      .trim()
      .split('\n')
      .sort();
    assert.deepEqual(lines, ['LC_ALL=C', 'PATH=/usr/bin:/bin']);
  });
});

test("run: the caller's PATH finds it, but never a relative entry", () => {
  program('only-here', 'echo found "$PWD"');
  within({ PATH: `${folder}:/usr/bin:/bin` }, () => assert.equal(said(run('only-here', [], limits)), 'found /\n'));
  const relative = folder.slice(1);
  within({ PATH: `:.:${relative}:/usr/bin:/bin` }, () => assert.equal(run('only-here', [], limits).kind, 'missing'));
  within({ PATH: '' }, () => assert.match(said(run('env', [], limits)), /^PATH=\/usr\/sbin:/m));
});

test('explainOutcome: one sentence each', () => {
  const failures = [
    { kind: 'missing' },
    { kind: 'timeout' },
    { kind: 'too_large' },
    { kind: 'killed', signal: 'SIGKILL' },
    { kind: 'failed', code: 'EACCES' },
  ] as const;
  assert.deepEqual(
    failures.map((failure) => explainOutcome('systemctl', failure, { deadlineMs: 1500, maxBytes: 10 })),
    [
      'systemctl is not installed',
      'systemctl did not answer within 1.5 seconds',
      'systemctl answered more than 10 bytes',
      'systemctl was ended by SIGKILL',
      'systemctl could not be run (EACCES)',
    ],
  );
});
