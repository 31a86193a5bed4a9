// Real faults around a scan: full disks, no descriptors, signals, closed streams, a failing systemctl. The rows are those of the
// table in docs/security.md: each fault with its outcome.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../src/documents/generated/report.ts';
import { cgroupFolder, unitHierarchies } from '../support/cgroup-folder.ts';
import { errorDocument, plainEnvironment, runCli } from '../support/cli.ts';
import { startCreature } from '../support/hostile.ts';
import { isRoot, processOf, python, workFolder } from '../support/live.ts';
import { commandLine } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skipUnless } from '../support/skip.ts';
import { figure } from '../support/test-counters.ts';

const scanning = ['scan', '--no-config', '--format', 'json'];

interface Fault {
  fault: string;
  /** The outcome as in docs/security.md. */
  outcome: string;
  /** null: faults-of-reading.test.ts has the check. */
  check: ((t: TestContext) => void | Promise<void>) | null;
}

/** Starts a process with one gone library, in a service of the test if the host has control groups. */
async function startAffected(t: TestContext) {
  const cgroup = cgroupFolder(t, 'system.slice/lib-users-zoo.service');
  const { child, library } = await startCreature(t, 'plain');
  cgroup.enter(child.pid);
  unlinkSync(library);
  return { pid: child.pid, library };
}

/** Scans with a systemctl of this body, or with none. The exit code is 0, the finding and its unit are there; returns the warning. */
async function withSystemctl(t: TestContext, body: string | null) {
  const { pid, library } = await startAffected(t);
  const folder = workFolder(t);
  if (body !== null) writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const path = body === null ? folder : `${folder}:/usr/bin:/bin`;
  const { code, stdout, stderr } = runCli(scanning, { env: plainEnvironment({ PATH: path }) });
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout) as Report;
  const found = processOf(report, pid);
  assert.equal(found?.maps[0]?.path, library);
  const unit = report.units.find((entry) => entry.name === 'lib-users-zoo.service');
  const warnings = report.warnings.filter((warning) => warning.code === 'systemd_unavailable');
  return { found, unit, warning: warnings.map(({ message }) => message).join() };
}

function systemctlFault(body: string | null, said: RegExp): Fault['check'] {
  return async (t) => {
    if (!skipUnless(t, unitHierarchies().length > 0, 'needs a mounted cgroup hierarchy')) return;
    const { found, unit, warning } = await withSystemctl(t, body);
    assert.equal(found?.unit?.name, 'lib-users-zoo.service');
    assert.equal(unit?.systemd, null);
    assert.match(warning, said);
  };
}

const block = (name: string, controlGroup: string) =>
  [
    ...[`Id=${name}`, `Names=${name}`, 'LoadState=loaded', 'ActiveState=active', 'SubState=running', 'FragmentPath='],
    ...['Transient=no', 'CanStart=yes', 'CanStop=yes', 'CanReload=no', 'RefuseManualStart=no', 'RefuseManualStop=no'],
    ...['NeedDaemonReload=no', 'Type=simple', 'MainPID=1', 'ControlPID=0', 'KillMode=control-group'],
    `ControlGroup=${controlGroup}`,
  ].join('\n');

/** Runs the program under a shell's redirection, as in `>&-`. */
function redirected(redirection: string, ...args: string[]) {
  const script = `exec "$@" ${redirection}`;
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script, 'sh', ...commandLine(args)], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  return { status, stderr };
}

function onFullDisk(flags: (path: string) => string[]): Fault['check'] {
  return async (t) => {
    let point = '';
    t.after(() => spawnSync('umount', ['-l', point]));
    point = join(workFolder(t), 'full');
    mkdirSync(point);
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', point]).status, 0);
    const path = join(point, 'report.json');
    writeFileSync(path, 'old');
    assert.throws(() => writeFileSync(join(point, 'filler'), 'x'.repeat(1 << 16)), /ENOSPC/);
    const answer = runCli([...scanning, ...flags(path)]);
    assert.deepEqual([answer.code, answer.stdout], [3, '']);
    assert.equal(errorDocument(answer).code, 'output_unwritable');
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(readdirSync(point).sort(), ['filler', 'report.json']);
  };
}

function onSignal(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP'): Fault['check'] {
  return async (t) => {
    // So many descriptors that the signal comes while the scan reads them.
    const { child } = await startCreature(t, 'many_descriptors', join(workFolder(t), 'x.log'), '19000');
    const folder = workFolder(t);
    const path = join(folder, 'report.json');
    writeFileSync(path, 'old');
    const [file, ...args] = commandLine([...scanning, '--pid', String(child.pid), '--output', path]);
    const scan = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() });
    const closed = once(scan, 'close');
    await sleep(600);
    scan.kill(signal);
    const sent = Date.now();
    assert.deepEqual(await closed, [null, signal]);
    assert.ok(Date.now() - sent < 5000, 'at once, not when the scan is done');
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder), ['report.json']);
  };
}

const faults: readonly Fault[] = [
  {
    fault: '`--output` on a full disk (ENOSPC)',
    outcome: 'exit code 3, `output_unwritable`; the old file stays whole, nothing is left beside it',
    check: onFullDisk((path) => ['--output', path]),
  },
  {
    fault: '`--also` on a full disk',
    outcome: 'the same, and nothing on standard output',
    check: onFullDisk((path) => ['--also', `ndjson=${path}`]),
  },
  {
    fault: 'standard output on a full disk (`/dev/full`)',
    outcome: 'exit code 3, `output_unwritable`',
    check: () => assert.equal(redirected('>/dev/full', ...scanning).status, 3),
  },
  {
    fault: 'standard output closed (`>&-`)',
    outcome: 'exit code 0; Node puts `/dev/null` in its place, and an `--output` file is written all the same',
    check(t) {
      const path = join(workFolder(t), 'report.json');
      assert.deepEqual(redirected('>&-', ...scanning, '--output', path).status, 0);
      assert.equal(JSON.parse(readFileSync(path, 'utf8')).kind, 'lib-users/report');
      assert.equal(redirected('>&-', ...scanning).status, 0);
    },
  },
  {
    fault: 'standard error closed (`2>&-`)',
    outcome: 'exit code 0, the result is whole',
    check: () => assert.equal(redirected('2>&-', ...scanning).status, 0),
  },
  {
    fault: 'a reader that goes away (EPIPE)',
    outcome: 'exit code 0, no message',
    async check() {
      const [file, ...args] = commandLine(['rules', '--no-config', '--format', 'json']);
      const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() });
      child.stdout.destroy();
      let stderr = '';
      child.stderr.on('data', (data) => (stderr += String(data)));
      assert.deepEqual([...(await once(child, 'close')), stderr], [0, null, '']);
    },
  },
  ...(['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map((signal) => ({
    fault: `${signal} in the middle of a scan`,
    outcome: `ends at once by ${signal} (a shell says ${{ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]}); the old file stays whole, nothing is left beside it`,
    check: onSignal(signal),
  })),
  {
    fault: 'hardly any file descriptors (EMFILE)',
    outcome:
      'exit code 0; what could not be read is counted as failed, the report is incomplete. With less than about 20 the scan ends with 3 or 4 and names `ulimit`, or Node itself does not start',
    async check(t) {
      const { pid, library } = await startAffected(t);
      const run = (limit: number, ...args: string[]) =>
        spawnSync('prlimit', [`--nofile=${limit}:${limit}`, ...commandLine(args)], {
          encoding: 'utf8',
          maxBuffer: 1 << 28,
          timeout: 60_000,
        });
      let least = 12;
      while (run(least, '--version').status !== 0) least++;
      for (let limit = least; limit < least + 12; limit++) {
        const { status, stdout, stderr } = run(limit, ...scanning, '--no-systemctl');
        if (limit < least + 6 && status !== 0) {
          assert.deepEqual([[3, 4].includes(status ?? 0), stdout], [true, ''], `${limit}: ${stderr}`);
          assert.match(stderr, /ulimit -/);
          continue;
        }
        assert.equal(status, 0, `${limit}: ${stderr}`);
        const report = JSON.parse(stdout) as Report;
        const found = processOf(report, pid);
        if (found) assert.equal(found.maps[0]?.path, library);
        else assert.deepEqual([report.scan.processes.failed > 0, report.scan.complete], [true, false]);
        figure('faults injected', 1);
      }
    },
  },
  {
    fault: 'EIO, EMFILE, ENOMEM, EACCES or ESRCH at any one call that reads `/proc`, injected at each in turn',
    outcome: 'a valid report: the file is found, or `unknown`, or its loss is counted; never a file that is not gone',
    check: null,
  },
  {
    fault: 'short reads, down to one byte, injected at every read',
    outcome: 'the same report',
    check: null,
  },
  {
    fault: 'maps and descriptors that change between two reads',
    outcome: 'what is gone all the time is found every time, nothing else ever, nothing fails',
    async check(t) {
      const alive = join(workFolder(t), 'alive');
      writeFileSync(alive, 'x'.repeat(4096));
      const { child, library } = await startCreature(t, 'churning', alive);
      unlinkSync(library);
      for (let turn = 0; turn < 15; turn++) {
        const { stdout } = runCli([...scanning, '--pid', String(child.pid)]);
        const report = JSON.parse(stdout) as Report;
        const found = processOf(report, child.pid);
        assert.deepEqual([found?.maps.map(({ path }) => path), found?.fds], [[library], []]);
        assert.deepEqual([report.scan.processes.inspected, report.scan.processes.failed], [1, 0]);
        figure('scans', 1);
      }
    },
  },
  {
    fault: 'systemctl is killed',
    outcome: '`systemd` is null, the warning says so; the unit is that of the cgroup',
    check: systemctlFault('kill -KILL $$', /ended by SIGKILL/),
  },
  {
    fault: 'systemctl hangs',
    outcome: 'it is killed after ten seconds; else the same',
    check: systemctlFault('exec sleep 600', /did not answer within 10 seconds/),
  },
  {
    fault: 'systemctl answers 50 MB',
    outcome: 'read, found unusable; else the same. Past 64 MiB it is killed',
    check: systemctlFault('yes Id=lib-users-zoo.service | head -c 52428800', /no usable answer/),
  },
  {
    fault: 'systemctl answers for another unit',
    outcome: 'not believed: the same',
    check: systemctlFault(
      `cat <<'END'\n${block('cron.service', '/system.slice/lib-users-zoo.service')}\nEND`,
      /no usable answer/,
    ),
  },
  {
    fault: "systemctl answers with another unit's control group",
    outcome: 'the process is in no unit of this host, and so nothing is restarted for it',
    async check(t) {
      if (!skipUnless(t, unitHierarchies().length > 0, 'needs a mounted cgroup hierarchy')) return;
      const body = `cat <<'END'\n${block('lib-users-zoo.service', '/system.slice/cron.service')}\nEND`;
      const { found, unit } = await withSystemctl(t, body);
      assert.deepEqual([found?.unit, unit], [null, undefined]);
    },
  },
  {
    fault: 'no systemctl',
    outcome: '`systemd` is null, the warning says so',
    check: systemctlFault(null, /^systemctl is not installed$/),
  },
];

for (const { fault, outcome, check } of faults) {
  if (check === null) continue;
  test(`${fault}: ${outcome}`, async (t) => {
    if (!skipUnless(t, isRoot && python !== null, 'needs root and python3')) return;
    await check(t);
    figure('faults injected', 1);
  });
}

test('docs/security.md says what happens, fault by fault', () => {
  const page = readFileSync(join(projectRoot, 'docs/security.md'), 'utf8');
  const rows = faults.map(({ fault, outcome }) => `| ${fault} | ${outcome} |`);
  const [, table = ''] = /## Faults\n[\s\S]*?\| --- \| --- \|\n((?:\|.*\n)+)/.exec(page) ?? [];
  assert.deepEqual(table.trimEnd().split('\n'), rows);
});
