// A scan that sees Debian's kernels, packages and changelog in place of this machine's, by mounts of its own: the whole way from the
// running version to the fixes that a reboot closes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Report } from '../../src/documents/generated/report.ts';
import { entry, type Files, makeHost, stanza } from '../support/dpkg-host.ts';
import { runCli, scan, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { commandLine } from '../support/program.ts';
import { skip } from '../support/skip.ts';

const image = (release: string) => `linux-image-${release}`;
const [old, now] = ['6.1.0-26-amd64', '6.1.0-27-amd64'] as const;
const list = (release: string) => `/.\n/boot\n/boot/vmlinuz-${release}\n`;
const named = (version: string) => `#1 SMP PREEMPT_DYNAMIC Debian ${version} (2024-09-30)`;
/** The beginning of a bzImage: its header says that the name of the kernel stands right behind. */
const imageOf = (release: string, version: string) =>
  `${'\0'.repeat(0x202)}HdrS${'\0'.repeat(8)}\x10\0${release} (debian-kernel@lists.debian.org) ${named(version)}\0`;
const files: Files = {
  'dpkg/status':
    stanza(image(old), '6.1.112-1', 'linux-signed-amd64 (6.1.112+1)') +
    stanza(image(now), '6.1.115-2', 'linux-signed-amd64 (6.1.115+2)'),
  [`dpkg/info/${image(old)}.list`]: list(old),
  [`dpkg/info/${image(now)}.list`]: list(now),
  [`boot/vmlinuz-${old}`]: imageOf(old, '6.1.112-1'),
  [`boot/vmlinuz-${now}`]: imageOf(now, '6.1.115-2'),
  [`doc/${image(now)}/changelog.gz`]: gzipSync(
    entry('6.1.115+2', '05-02', 'CVE-2026-99362', 'linux-signed-amd64') +
      entry('6.1.115-1', '05-01', 'CVE-2026-0005', 'linux') +
      entry('6.1.112-1', '03-01', 'CVE-2026-0002', 'linux'),
  ),
};
const places = [
  ...(['boot /boot', 'dpkg /var/lib/dpkg', 'doc /usr/share/doc'] as const),
  ...(['osrelease /proc/sys/kernel/osrelease', 'version /proc/sys/kernel/version'] as const),
];

/** Scans a host that runs a kernel of this release and version. */
function scanWith(t: TestContext, release: string, version: string): Report {
  const { root } = makeHost(t, { ...files, osrelease: `${release}\n`, version: `${named(version)}\n` });
  const mounts = places.map((place) => place.split(' ') as [string, string]);
  const lines = mounts.map(([from, to]) => `mount --bind '${join(root, from)}' ${to}`);
  const args = ['scan', '--no-config', '--fixes', '--format', 'json', '--pid', '1'];
  const script = [...lines, 'exec "$@"'].join('\n');
  const argv = ['--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh', ...commandLine(args)];
  const { stdout, stderr } = spawnSync('unshare', argv, { encoding: 'utf8', timeout: 40_000, maxBuffer: 1 << 26 });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Report;
}

const inContainer = () => scan('--pid', '1').host.reboot.unknown_because?.code === 'container';

test('a newer kernel is installed: a reboot closes what its changelog names', (t) => {
  if (!needs(t, 'mounts')) return;
  if (inContainer()) return skip(t, 'wants a kernel of its own: run it on a machine or in a virtual one');
  const report = scanWith(t, old, '6.1.112-1');
  assert.deepEqual(report.host.kernel_fixes, {
    ...{ release: now, name: image(now), source: 'linux-signed-amd64', manager: 'dpkg' },
    ...{ running_version: '6.1.112-1', installed_version: '6.1.115-2', evidence: 'kernel_version' },
    fixes: { count: 2, cves: ['CVE-2026-99362', 'CVE-2026-0005'], complete: true, incomplete_because: null },
    unknown_because: null,
  });
  const path = join(workFolder(t), 'report.json');
  writeFileSync(path, JSON.stringify(report));
  const closes = new RegExp(
    `closes CVE-2026-99362 and CVE-2026-0005 \\(${image(now)} 6\\.1\\.112-1 → 6\\.1\\.115-2\\)`,
  );
  const flat = (...args: string[]) => runCli([...args, '--no-config']).stdout.replace(/\s+/g, ' ');
  assert.match(flat('plan', path, '--format', 'text'), closes);
  assert.match(flat('plan', path, '--format', 'html'), closes);
  assert.match(flat('check', path, '--format', 'text'), closes);
  assert.match(flat('check', path, '--format', 'nagios'), closes);
  const asked = runCli(['fleet', path, '--no-config', '--cve', 'CVE-2026-0005', '--format', 'text']);
  assert.equal(asked.status, 5, asked.stdout);
  assert.match(asked.stdout, /a reboot closes it/);
});

test('the same release was built anew: that is a reason for a reboot as well', (t) => {
  if (!needs(t, 'mounts')) return;
  if (inContainer()) return skip(t, 'wants a kernel of its own: run it on a machine or in a virtual one');
  const { host } = scanWith(t, now, '6.1.115-1');
  assert.deepEqual(host.kernel_fixes?.fixes?.cves, ['CVE-2026-99362']);
  const [reason] = host.reboot.reasons;
  assert.ok(reason?.code === 'kernel_outdated');
  assert.deepEqual([reason.running, reason.installed], [`${now} (6.1.115-1)`, `${now} (6.1.115-2)`]);
  assert.deepEqual([host.reboot.required, host.reboot.kernel_current], [true, false]);
});

test('the newest kernel runs: it is known that a reboot closes nothing', (t) => {
  if (!needs(t, 'mounts')) return;
  if (inContainer()) return skip(t, 'wants a kernel of its own: run it on a machine or in a virtual one');
  const { host } = scanWith(t, now, '6.1.115-2');
  assert.deepEqual(host.kernel_fixes?.fixes, { count: 0, cves: [], complete: true, incomplete_because: null });
  assert.deepEqual([host.reboot.required, host.reboot.reasons], [false, []]);
});
