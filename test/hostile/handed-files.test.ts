// Files that a user can hand to a service, at a real message bus: they are named, but are no reason to restart or reboot.

import assert from 'node:assert/strict';
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import { cgroupFolder } from '../support/cgroup-folder.ts';
import {
  processOf,
  python,
  runCli,
  scan,
  sleepProgram,
  someLibrary,
  start,
  untilMapped,
  workFolder,
} from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const uid = 65534;
const as = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'] as const;

const open = `<busconfig><type>system</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth><policy context="default">
  <allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  <allow send_requested_reply="true" send_type="method_return"/>
  <allow receive_requested_reply="true" receive_type="method_return"/>
</policy></busconfig>`;

function ownFolder(t: TestContext): string {
  const folder = join(workFolder(t), 'own');
  mkdirSync(folder);
  chownSync(folder, uid, uid);
  return folder;
}

function plan(pid: number): Plan {
  const answer = runCli(['plan', '--no-config', '--no-systemctl', '--format', 'json', '--pid', String(pid)]);
  assert.equal(answer.status, 0, answer.stderr);
  return JSON.parse(answer.stdout) as Plan;
}

test('logs that a user hands to the message bus', async (t) => {
  if (!needs(t, 'dbus-daemon', 'python3', 'setpriv', 'another user', 'cgroups', 'CAP_SYS_PTRACE')) return;
  const socket = join(temporaryFolder(t), 'bus');
  const folder = ownFolder(t);
  const configuration = join(workFolder(t), 'bus.conf');
  writeFileSync(configuration, open.replace('SOCKET', socket));
  chmodSync(dirname(socket), 0o755);
  const cgroup = cgroupFolder(t, 'system.slice/dbus.service');
  const bus = ['dbus-daemon', `--config-file=${configuration}`, '--nofork', '--nopidfile', '--print-address'] as const;
  const { pid } = await start(t, bus, { ready: true });
  cgroup.enter(pid);
  const path = join(folder, 'log', 'app.log');
  mkdirSync(join(folder, 'log'));
  chownSync(join(folder, 'log'), uid, uid);
  const script = join(dirname(socket), 'hand-over.py');
  copyFileSync(join(projectRoot, 'test/support/hand-over.py'), script);
  chmodSync(script, 0o644);
  await start(t, [...as, python!, script, socket, path], { ready: true });

  const held = processOf(scan('--no-systemctl'), pid)?.fds ?? [];
  assert.deepEqual(
    held.map(({ path, role, owner }) => [path, role, owner?.uid, owner?.kind]),
    Array(6).fill([path, 'log', uid, 'user']),
  );
  const { actions, services, ignored } = plan(pid);
  assert.deepEqual([actions, services], [[], []]);
  assert.deepEqual(
    ignored.map(({ code, unit, pids }) => [code, unit, pids]),
    [['log_held', 'dbus.service', [pid]]],
  );
  assert.match(ignored[0]!.reason, /may have handed it over/);
});

test('a program that a user runs in a unit of the system, on a library of his own', async (t) => {
  if (!needs(t, 'setpriv', 'another user', 'cgroups', 'CAP_SYS_PTRACE', 'stat map_files')) return;
  const library = join(ownFolder(t), 'evil.so');
  copyFileSync(someLibrary(), library);
  chownSync(library, uid, uid);
  const cgroup = cgroupFolder(t, 'system.slice/postfix@-.service');
  const { pid } = await start(t, [...as, 'env', `LD_PRELOAD=${library}`, sleepProgram(), '60']);
  await untilMapped(pid, library);
  cgroup.enter(pid);
  rmSync(library);
  const { actions, reboot } = plan(pid);
  assert.deepEqual(
    actions.map(({ action, unit, process, blocked_by, argv }) => [action, unit, process?.pid, blocked_by, argv]),
    [['manual', 'postfix@-.service', pid, 'user_process', null]],
  );
  assert.notEqual(reboot.required, true);
});
