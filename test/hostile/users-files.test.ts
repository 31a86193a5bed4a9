// Files that an ordinary user holds in ways that no reader can follow. The host's report is as complete as without them, and
// docs/security.md names the limits.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { processOf, python, runCli, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { projectRoot } from '../support/project.ts';

/** A uid from the range for people; no other process runs as it. */
const uid = 4712;

/** Holds a file that exists, at a path that is too long for the kernel to print (d_path() has a page). */
const longDescriptor = `
import os, sys
os.chdir(sys.argv[1])
for _ in range(25):
    os.mkdir("n" * 250)
    os.chdir("n" * 250)
os.open("there", os.O_CREAT | os.O_RDWR)
print("ready", flush=True)
sys.stdin.read()`;

/** Has a deleted file whose only descriptor is in a socket's queue. unix(7), SCM_RIGHTS. */
const inFlight = `
import os, socket, sys
os.chdir(sys.argv[1])
sender, receiver = socket.socketpair()
file = os.open("gone", os.O_CREAT | os.O_RDWR)
os.write(file, bytes(1 << 20))
os.unlink("gone")
socket.send_fds(sender, [b"x"], [file])
os.close(file)
print("ready", flush=True)
sys.stdin.read()`;

async function startAsUser(t: TestContext, program: string): Promise<number> {
  let folder = '';
  // Node cannot remove a path that long. This hook comes before the one of the folder, because hooks run in the order of their calls.
  t.after(() => spawnSync('rm', ['-rf', folder]));
  folder = workFolder(t);
  chmodSync(folder, 0o777);
  const child = spawn(python as string, ['-c', program, folder], {
    uid,
    gid: uid,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid!;
}

function scanHost(...flags: string[]): Report {
  const answer = runCli(['scan', '--no-config', '--no-systemctl', '--format', 'json', ...flags]);
  assert.equal(answer.status, 0, answer.stderr);
  return JSON.parse(answer.stdout) as Report;
}

test("a user's descriptor with a path longer than the kernel prints: nothing of the host is unseen for it", async (t) => {
  if (!needs(t, 'python3', 'another user')) return;
  const pid = await startAsUser(t, longDescriptor);
  const report = scanHost();
  assert.deepEqual(
    report.scan.unseen?.filter(({ user }) => user?.uid === uid),
    [],
  );
  assert.deepEqual(report.scan.cut?.filter((cut) => cut.pid === pid) ?? [], []);
  assert.equal(processOf(report, pid), undefined, 'the file is there');
  const only = scanHost('--pid', String(pid));
  assert.deepEqual([only.scan.processes.inspected, only.scan.processes.failed], [1, 0]);
});

test('a deleted file in flight between sockets is not seen, as docs/security.md says', async (t) => {
  if (!needs(t, 'python3', 'another user')) return;
  const pid = await startAsUser(t, inFlight);
  const report = scanHost('--pid', String(pid));
  assert.equal(processOf(report, pid), undefined);
  assert.deepEqual([report.scan.processes.inspected, report.scan.processes.failed], [1, 0]);
  const [, section = ''] = readFileSync(join(projectRoot, 'docs/security.md'), 'utf8').split('## What it cannot see');
  for (const word of ['SCM_RIGHTS', 'io_uring']) assert.ok(section.split('\n## ')[0]?.includes(word), word);
});
