// Real sockets of real processes in a control group of the test: where the service listens, and how many connections it has.
// The systemctl on PATH answers for the unit of the test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { test } from 'node:test';
import { cgroupFolder } from '../support/cgroup-folder.ts';
import { sleepProgram, start, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { copyProgram } from '../support/program.ts';
import { inOrder, startHolder, startSocketService } from '../support/socket-service.ts';

test('the places at which a service listens and its connections, which its worker inherits', async (t) => {
  if (!needs(t, 'python3', 'cgroups')) return;
  const { holder, scan } = await startSocketService(t, ['all']);
  const { listening, established } = holder;
  assert.deepEqual(scan().sockets, { listening: inOrder(listening), unlisted: 0, established });
});

test('the sockets of a process below the control group count, and those of a process beside it do not', async (t) => {
  if (!needs(t, 'python3', 'cgroups')) return;
  const { holder, enter, scan } = await startSocketService(t, ['all']);
  const below = await startHolder(t, ['all'], 0, (pid) => enter(pid, 'below'));
  await startHolder(t, ['all'], 0, cgroupFolder(t, 'system.slice/lib-users-beside.service').enter);
  const listening = inOrder([...holder.listening, ...below.listening]);
  const established = holder.established + below.established;
  assert.deepEqual(scan().sockets, { listening, unlisted: 0, established });
});

test('a service with a network namespace of its own, and a socket that was opened before', async (t) => {
  if (!needs(t, 'python3', 'cgroups', 'network namespace')) return;
  const { holder, scan } = await startSocketService(t, ['network']);
  assert.equal(holder.listening.length, 2);
  assert.deepEqual(scan().sockets, { listening: inOrder(holder.listening), unlisted: 0, established: 0 });
});

test('another procfs of the same PID namespace shows the same sockets, and one of another PID namespace does not', async (t) => {
  if (!needs(t, 'python3', 'cgroups', 'mounts', 'PID namespace')) return;
  const { holder, scan } = await startSocketService(t, ['all']);
  let folder = '';
  t.after(() => spawnSync('umount', ['-l', folder]));
  folder = workFolder(t);
  assert.equal(spawnSync('mount', ['-t', 'proc', 'none', folder]).status, 0);
  const { listening, established } = holder;
  assert.deepEqual(scan({ args: ['--proc', folder] }).sockets, {
    listening: inOrder(listening),
    unlisted: 0,
    established,
  });
});

test("another user knows the sockets of a service only if all of its processes are that user's", async (t) => {
  if (!needs(t, 'python3', 'cgroups', 'another user', 'CAP_SYS_PTRACE')) return;
  const uid = 64999;
  const { holder, enter, scan } = await startSocketService(t, ['all'], uid);
  const path = copyProgram(workFolder(t));
  chmodSync(path, 0o755);
  const { listening, established } = holder;
  const known = { listening: inOrder(listening), unlisted: 0, established };
  assert.deepEqual(scan({ as: uid, path }).sockets, known);
  const { pid } = await start(t, [sleepProgram(), '600']);
  enter(pid);
  assert.equal(scan({ as: uid, path }).sockets, null);
  assert.deepEqual(scan().sockets, known);
});

test('a service whose systemd does not answer has sockets that are not known', async (t) => {
  if (!needs(t, 'python3', 'cgroups')) return;
  const { scan } = await startSocketService(t, ['all']);
  assert.equal(scan({ args: ['--no-systemctl'] }).sockets, null);
});
