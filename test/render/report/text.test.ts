// The text of whole reports against golden files: `UPDATE_GOLDEN=1 node scripts/test.mjs test/render` writes them anew.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Container, KernelHeld, Process, Report, Unit } from '../../../src/documents/generated/report.ts';
import { validateDocument } from '../../../src/documents/validate.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { renderText } from '../../support/joined.ts';
import { outdated } from '../../support/outdated.ts';
import { projectRoot } from '../../support/project.ts';
import { unit as unitOf } from '../../support/reports.ts';
import * as samples from '../samples.ts';

const hostileText = ' \x1b[31m\x9b\x07\r\n\u202e\u200b\u2028\\x1b"';

const loop: KernelHeld = {
  ...{ holder: 'loop', device: '/dev/loop0', path: '/srv/disk image.raw', path_base64: null },
  ...{ size_bytes: 1 << 20, held_bytes: null },
};

const golden: readonly [file: string, report: Report, columns: number][] = [
  ['worked-80', samples.workedReport(), 80],
  ['worked-120', samples.workedReport(), 120],
  ['worked-40', samples.workedReport(), 40],
  ['units-80', samples.unitsReport(), 80],
  ['clean-80', samples.cleanReport(), 80],
  ['denied-80', samples.deniedReport(), 80],
  ['denied-empty-80', samples.deniedEmptyReport(), 80],
  ['narrowed-80', samples.narrowedReport(), 80],
  ['crowded-80', samples.crowdedReport(), 80],
  ['hostile-100', samples.hostileReport(hostileText), 100],
];

for (const [file, report, columns] of golden) {
  test(`text: ${file}`, async () => {
    assert.equal(await validateDocument('report', report), null);
    const path = join(projectRoot, 'test/fixtures/render', `${file}.txt`);
    const text = renderText(report, { colour: false, columns });
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
    assert.equal(text, readFileSync(path, 'utf8'));
  });

  test(`text: ${file} is the same under its colours`, () => {
    const style = { colour: true, columns };
    const coloured = renderText(report, style);
    const stripped = coloured.replace(/\x1b\[\d+m/g, '').replace(/ +$/gm, '');
    assert.notEqual(coloured, stripped);
    assert.equal(stripped, renderText(report, { ...style, colour: false }));
  });
}

// A quoted name with blanks is one word too: those are in hostile-100, and fold's own tests.
for (const [file, report, columns] of golden.filter(([name]) => name !== 'hostile-100')) {
  test(`text: ${file} has no line wider than asked, but for a single word`, () => {
    for (const line of renderText(report, { colour: false, columns }).trimEnd().split('\n')) {
      assert.ok(line.length <= columns || !line.trim().includes(' '), line);
    }
  });
}

test('text: clean is said of a whole and clean host only', () => {
  const clean = /Nothing on this host runs on files that are gone/;
  const says = (edit: (report: Report) => void): boolean => {
    const report = samples.cleanReport();
    edit(report);
    return clean.test(renderText(report, { colour: false, columns: 200 }));
  };
  assert.equal(
    says(() => {}),
    true,
  );
  assert.equal(
    says((report) => (report.scan.complete = false)),
    false,
  );
  assert.equal(
    says((report) => (report.summary.processes = 1)),
    false,
  );
  assert.equal(
    says((report) => (report.kernel_held = [loop])),
    false,
  );
  for (const [file, report] of golden.filter(([name]) => name !== 'clean-80')) {
    assert.doesNotMatch(renderText(report, { colour: false, columns: 200 }), clean, file);
  }
});

test('text: what the kernel itself uses, and why a reboot is not known', () => {
  const report = samples.cleanReport();
  report.kernel_held = [loop, { ...loop, holder: 'swap', device: null, path: '/swap', size_bytes: null }];
  const unknown_because = { code: 'container', message: 'this is a container: /.dockerenv\x1b exists' } as const;
  report.host.reboot = { required: null, reasons: [], unknown_because };
  const text = renderText(report, { colour: false, columns: 200 });
  assert.match(text, /^No process runs on files that are gone, but the kernel itself uses 2 files\.$/m);
  assert.match(text, /^kernel +loop device \/dev\/loop0 uses "\/srv\/disk image\.raw", which is gone \(1\.0 MiB\)$/m);
  assert.match(text, /^kernel +swap uses \/swap, which is gone$/m);
  assert.match(text, /^reboot +not known: this is a container: \/\.dockerenv\\x1b exists$/m);
});

const steps: readonly [name: string, report: Report, edit: (report: Report) => void, step: string][] = [
  ['findings', samples.workedReport(), () => {}, 'lib-users plan'],
  ['findings, not all seen', samples.deniedReport(), () => {}, 'run as root to see all processes, then lib-users plan'],
  ['nothing found, not all seen', samples.deniedEmptyReport(), () => {}, 'run as root to see all processes'],
  ['denied to root', samples.deniedEmptyReport(), (r) => (r.scan.effective_uid = 0), 'give the scanner CAP_SYS_PTRACE'],
  ['failed', samples.cleanReport(), failed, 'scan again'],
  ['narrowed', samples.narrowedReport(), () => {}, 'scan without filters'],
  ['clean', samples.cleanReport(), () => {}, 'nothing to do\n'],
  ['clean, reboot', samples.cleanReport(), (r) => (r.host.reboot.required = true), 'reboot\n'],
  ['scratch only', samples.workedReport(), onlyScratch, 'nothing to do: scratch'],
  ['the kernel alone', samples.cleanReport(), (r) => (r.kernel_held = [loop]), 'see to what the kernel uses'],
];
for (const [name, report, edit, step] of steps) {
  test(`text: what to do next: ${name}`, () => {
    if (name === 'scratch only') report.host.reboot = { required: false, reasons: [] };
    edit(report);
    const last = renderText(report, { colour: false, columns: 200 }).trimEnd().split('\n').at(-1);
    assert.ok(`${last}\n`.startsWith(`next: ${step}`), last);
  });
}

function failed({ scan }: Report): void {
  scan.complete = false;
  scan.processes.failed = 1;
}

function onlyScratch(report: Report): void {
  report.units = report.units.filter(({ name }) => name === 'search.service');
  report.processes = report.processes.filter(({ pid }) => pid === 1440);
}

const blocks: readonly [
  name: string,
  pid: number,
  edit: (process: Process, unit: Unit | undefined) => void,
  line: string,
][] = [
  ['a main process that is not affected', 590, (_, unit) => (unit!.systemd!.main_pid = 1), '1 process: rsyslogd 590'],
  ['a failed unit', 590, (_, unit) => (unit!.systemd!.active_state = 'failed'), 'rsyslog.service  failed'],
  ['a masked unit', 590, (_, unit) => (unit!.systemd!.load_state = 'masked'), 'rsyslog.service  masked'],
  [
    'a changed unit file',
    590,
    (_, unit) => (unit!.systemd!.need_daemon_reload = true),
    'rsyslog.service  unit file changed on disk',
  ],
  ['a time ahead of the scan', 590, ahead, 'rsyslog.service  stale since 2026-11-23 08:00:00 UTC'],
  ['a user without a name', 2101, nameless, 'app.service  of uid 1000, stale for 41 minutes'],
  ['a machine', 4100, contain('libvirt', 'vm1', 'vm1'), 'libvirt machine vm1  stale for 41 minutes'],
  ['a named container', 4100, contain('lxc', null, 'web'), 'lxc container web  stale for 41 minutes'],
  ['an unknown container', 4100, contain('unknown', null, null), 'container  stale for 41 minutes'],
  ['a short id and a name', 4100, contain('podman', 'abc', 'web'), 'podman container web abc  stale for 41 minutes'],
  ['a session that no unit holds', 4500, loggedIn, 'session c2  of user root'],
  ['a program that cannot be read', 4500, (process) => (process.executable = null), 'agent  of user root  in no unit'],
];
for (const [name, pid, edit, line] of blocks) {
  test(`text: ${name}`, () => {
    const report = samples.workedReport();
    edit(
      report.processes.find((process) => process.pid === pid)!,
      report.units.find(({ pids }) => pids.includes(pid)),
    );
    const lines = renderText(report, { colour: false, columns: 200 }).split('\n');
    assert.ok(lines.map((shown) => shown.trim()).includes(line), lines.join('\n'));
  });
}

function ahead(_: Process, unit: Unit | undefined): void {
  unit!.stale_since = '2026-11-23T08:00:00Z';
}

function nameless(_: Process, unit: Unit | undefined): void {
  unit!.user = { uid: 1000, name: null };
}

function contain(runtime: Container['runtime'], id: string | null, name: string | null) {
  return (process: Process): void => {
    process.container = { runtime, id, name, user: null };
  };
}

function loggedIn(process: Process): void {
  process.session = { id: 'c2', user: { uid: 0, name: 'root' } };
}

test('text: the unit that carries the scan says so', () => {
  const report = samples.workedReport();
  report.scan.carriers = ['session-7.scope', 'app.service'];
  const text = renderText(report, { colour: false, columns: 200 });
  assert.match(text, /^session-7\.scope .* {2}carries this scan$/m);
  // A user's app.service is not the system's.
  assert.match(text, /^app\.service {2}of user deploy, stale for 41 minutes$/m);
});

test('text: an inode that several processes hold counts once', () => {
  const report = samples.workedReport();
  for (const process of report.processes)
    Object.assign(process, { unit: null, name: 'x', executable: null, user: null });
  const text = renderText(report, { colour: false, columns: 200 });
  assert.match(text, /access\.log\.1 \(10\.0 MiB held, 2 of \d+ processes\)/);
});

test('text: no text of the host reaches the terminal raw', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.boolean(), (text, colour) => {
      const shown = renderText(samples.hostileReport(text), { colour, columns: 80 }).replace(/\x1b\[\d{1,2}m/g, '');
      assert.doesNotMatch(shown, /(?![ \n])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u);
    }),
    {
      numRuns: 50,
      examples: [
        ['\x1b[31m', false],
        ['\n', false],
        ['\u202e', true],
      ],
    },
  );
});

test('text: a hostile host adds no line', () => {
  const lines = (text: string): number =>
    renderText(samples.hostileReport(text), { colour: false, columns: 100_000 }).split('\n').length;
  assert.equal(lines('\n\r\u2028\x85'), lines('x'));
});

test('text: what is outdated stands with its confidence, and a hint is no reason for a plan', async () => {
  const made = (confidence: 'likely' | 'possible'): Report => ({
    ...samples.cleanReport(),
    units: [
      {
        ...unitOf('fail2ban.service', []),
        outdated: [outdated(confidence, '/usr/bin/fail2ban-server')],
        pids: [100],
      },
    ],
  });
  const text = (confidence: 'likely' | 'possible') => renderText(made(confidence), { colour: false, columns: 200 });
  assert.equal(await validateDocument('report', made('likely')), null);
  assert.match(
    text('likely'),
    /Nothing was found that runs on files that are gone, but 1 process \(1 unit\) is outdated\./,
  );
  assert.match(
    text('likely'),
    /^ {2}likely {4}script {11}\/usr\/bin\/fail2ban-server \(python, newer than the process, 2026-11-23 07:00:00 UTC, now a 2, 1 runs\)$/m,
  );
  assert.match(text('likely'), /^next: lib-users plan$/m);
  assert.match(text('possible'), /^Nothing on this host runs on files that are gone\.$/m);
  assert.match(text('possible'), /^ {2}possible {2}script/m);
  assert.doesNotMatch(text('possible'), /^next: lib-users plan$/m);
});
