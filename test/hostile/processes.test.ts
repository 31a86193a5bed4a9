// Processes that lie about themselves, hide, or change while they are read. Each still maps a gone library, and is reported with
// it: texts that a process can change decide nothing.
import assert from 'node:assert/strict';
import { readFileSync, unlinkSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Process } from '../../src/documents/generated/report.ts';
import { cgroupFolder } from '../support/cgroup-folder.ts';
import { startCreature } from '../support/hostile.ts';
import { processOf, runCli, scan } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { until } from '../support/until.ts';

const full = ['--command-line', 'full'];

/** The scan's record of a creature whose library was removed; null if it has none. */
async function seen(t: TestContext, trait: string, ...rest: string[]): Promise<Process> {
  const { child, library } = await startCreature(t, trait, ...rest);
  unlinkSync(library);
  const found = processOf(scan(...full), child.pid);
  assert.ok(found, `${trait} is not reported`);
  assert.deepEqual(
    found.maps.map(({ path, state }) => [path, state]),
    [[library, 'removed']],
  );
  return found;
}

const hostileNames: Record<string, string> = {
  'closing parenthesis and a state': ') R 1',
  'a newline': 'a\nUid:\t0\t0\t0',
  'escape and bidi': '\u001b[2J\u202e',
  'blanks around': ' x ',
};

for (const [what, name] of Object.entries(hostileNames)) {
  test(`a name of ${what} is a name`, async (t) => {
    if (!needs(t, 'python3')) return;
    const found = await seen(t, 'named', name);
    assert.equal(found.name, name);
    assert.deepEqual([found.ppid, found.user?.uid], [process.pid, process.geteuid?.()]);
  });
}

test('a leader that exited: its threads are looked at', async (t) => {
  if (!needs(t, 'python3')) return;
  const found = await seen(t, 'leaderless');
  assert.equal(found.command.at(-1), 'leaderless');
});

test('a zombie holds nothing, denies nothing and fails nothing', async (t) => {
  if (!needs(t, 'python3')) return;
  const { child } = await startCreature(t, 'zombie');
  const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
  const { processes } = scan('--pid', String(pid)).scan;
  assert.deepEqual(processes, {
    seen: 1,
    inspected: 1,
    kernel_threads: 0,
    vanished: 0,
    denied: 0,
    failed: 0,
    blocked: 0,
  });
});

test('a stopped process is looked at, and stays stopped', async (t) => {
  if (!needs(t, 'python3')) return;
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  child.kill('SIGSTOP');
  const state = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.[0];
  await until('it is stopped', () => state() === 'T');
  assert.equal(processOf(scan(), child.pid)?.maps[0]?.path, library);
  assert.equal(state(), 'T');
});

test('a frozen process is looked at, and stays frozen', async (t) => {
  if (!needs(t, 'python3', 'cgroup v2')) return;
  const cgroup = cgroupFolder(t, 'lib-users-frozen');
  const { child, library } = await startCreature(t, 'plain');
  unlinkSync(library);
  cgroup.enter(child.pid);
  assert.ok(cgroup.freeze());
  const report = scan();
  assert.equal(processOf(report, child.pid)?.maps[0]?.path, library);
  assert.ok(report.scan.blocked?.every(({ pid }) => pid !== child.pid));
});

test('not dumpable, so that most of its files are root’s: root sees it all the same, as its effective user', async (t) => {
  if (!needs(t, 'CAP_SYS_PTRACE', 'another user', 'python3')) return;
  const found = await seen(t, 'undumpable', '64331', '64332', '64333');
  assert.equal(found.user?.uid, 64332);
});

test('a title that imitates another unit is a command line and no unit', async (t) => {
  if (!needs(t, 'python3')) return;
  const found = await seen(t, 'titled', '/usr/sbin/sshd -D [listener] 0 of 10-100 startups');
  assert.equal(found.command[0], '/usr/sbin/sshd -D [listener] 0 of 10-100 startups');
  assert.equal(found.unit?.name ?? null, processOf(scan(), found.pid)?.unit?.name ?? null);
  assert.notEqual(found.unit?.name, 'ssh.service');
});

test('a title of escapes, bidi marks and bytes that are no UTF-8: lossless in JSON, harmless as text', async (t) => {
  if (!needs(t, 'python3')) return;
  // Python's surrogateescape keeps a lone byte 0xff.
  const { child, library } = await startCreature(t, 'titled', 'x\n\u001b]0;owned\u0007\u202e;reboot');
  unlinkSync(library);
  assert.equal(processOf(scan(...full), child.pid)?.command[0], 'x\n\u001b]0;owned\u0007\u202e;reboot');
  for (const format of ['text', 'lines', 'machine']) {
    const { stdout, status } = runCli(['scan', '--no-config', '--format', format, ...full]);
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/, format);
  }
});

test('a command line rewritten all the time is one of its lines or empty, and never ends a scan', async (t) => {
  if (!needs(t, 'python3')) return;
  const { child, library } = await startCreature(t, 'rewriting');
  unlinkSync(library);
  for (let turn = 0; turn < 5; turn++) {
    const found = processOf(scan('--pid', String(child.pid), ...full), child.pid);
    assert.equal(found?.maps[0]?.path, library);
    for (const word of found.command) assert.match(word, /^[A-Z]*$/);
  }
});
