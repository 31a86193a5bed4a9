// A made-up host's kernels and packages -> the fixes that only a reboot brings. The changelog of Debian's linux is the real one too.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { findKernelFixes, type KernelFixes } from '../../src/fixes/kernel.ts';
import { readBootKernels } from '../../src/host/boot-kernel.ts';
import { noEvidence } from '../../src/host/container.ts';
import { queryPackages } from '../../src/packages/packages.ts';
import type { Run } from '../../src/spawn.ts';
import { entry, type Files, makeHost, stanza } from '../support/dpkg-host.ts';
import { needs } from '../support/needs.ts';

const release = (abi: number) => `6.1.0-${abi}-amd64`;
const image = (abi: number) => `linux-image-${release(abi)}`;
const linux = (version: string, day: string, ids: string) => entry(version, day, ids, 'linux');
/** Debian's package of a signed kernel: the newest entry is that of the source that signs it. */
const changelog =
  entry('6.1.115+1', '05-01', 'CVE-2026-0005', 'linux-signed-amd64') +
  linux('6.1.112-2', '04-01', 'CVE-2026-0004 and CVE-2026-0003') +
  linux('6.1.112-1', '03-01', 'CVE-2026-0002') +
  linux('6.1.106-3', '02-01', 'CVE-2025-0001');
const signed = (abi: number, version: string) =>
  stanza(image(abi), version, `linux-signed-amd64 (${version.replace('-', '+')})`);
const list = (abi: number) => `/.\n/boot\n/boot/vmlinuz-${release(abi)}\n`;

const debian: Files = {
  'var/lib/dpkg/status': signed(26, '6.1.112-1') + signed(27, '6.1.115-1'),
  [`var/lib/dpkg/info/${image(26)}.list`]: list(26),
  [`var/lib/dpkg/info/${image(27)}.list`]: list(27),
  [`boot/vmlinuz-${release(26)}`]: '',
  [`boot/vmlinuz-${release(27)}`]: '',
  [`usr/share/doc/${image(27)}/changelog.gz`]: gzipSync(changelog),
};
const running = (version: string) => `#1 SMP PREEMPT_DYNAMIC Debian ${version} (2024-09-30)\n`;

interface Asked {
  running?: string;
  version?: string;
  signature?: string;
  isPatched?: boolean | null;
  run?: Run;
}

const noRun: Run = () => assert.fail('nothing is started for dpkg');

async function ask(
  t: TestContext,
  files: Files,
  { running: kernel = release(26), version = running('6.1.112-1'), signature, isPatched = false, run = noRun }: Asked,
): Promise<KernelFixes | null> {
  const proc: Files = { 'proc/sys/kernel/version': version };
  if (signature !== undefined) proc['proc/version_signature'] = `${signature}\n`;
  const { root } = makeHost(t, { ...files, ...proc });
  const kernels = readBootKernels({ root, procPath: `${root}/proc`, init: noEvidence, isLocal: () => true }, kernel);
  if (kernels === null) return null;
  const paths = typeof kernels === 'string' ? [] : [...kernels.next.files, ...kernels.runningFiles];
  const { owners } = queryPackages(paths, run, root);
  const ownerOf = (wanted: readonly string[]) => wanted.flatMap((file) => owners.get(file) ?? [])[0] ?? null;
  return await findKernelFixes(kernels, ownerOf, isPatched, { host: { root, isLocal: () => true }, run });
}

/** The package, both versions, and the ids or the reason for none, with a plus if there may be more ids. */
const told = (found: KernelFixes | null) =>
  found && [
    ...[found.owner?.name ?? null, found.runningVersion, found.owner?.version ?? null],
    found.fixes === null
      ? found.unknownBecause
      : `${found.fixes.cves.join(' ')}${found.fixes.incompleteBecause === null ? '' : '+'}`,
  ];

const pending = 'CVE-2026-0005 CVE-2026-0004 CVE-2026-0003';
const rows: [name: string, files: Files, asked: Asked, told: (string | null)[] | null][] = [
  ['another package of one source', debian, {}, [image(27), '6.1.112-1', '6.1.115-1', pending]],
  [
    'older than the changelog: at least these',
    debian,
    { version: running('6.1.90-1') },
    [image(27), '6.1.90-1', '6.1.115-1', `${pending} CVE-2026-0002 CVE-2025-0001+`],
  ],
  [
    'one release, built anew',
    debian,
    { running: release(27), version: running('6.1.112-2') },
    [image(27), '6.1.112-2', '6.1.115-1', 'CVE-2026-0005'],
  ],
  [
    'the newest runs, in a package that was built again from the same source',
    { ...debian, 'var/lib/dpkg/status': signed(27, '6.1.115-1+b1') },
    { running: release(27), version: running('6.1.115-1') },
    [image(27), '6.1.115-1', '6.1.115-1+b1', ''],
  ],
  [
    'the newest runs: nothing, and no changelog is needed',
    { ...debian, [`usr/share/doc/${image(27)}/changelog.gz`]: { link: 'gone' } },
    { running: release(27), version: running('6.1.115-1'), isPatched: true },
    [image(27), '6.1.115-1', '6.1.115-1', ''],
  ],
  [
    'the changelog is missing',
    { ...debian, [`usr/share/doc/${image(27)}/changelog.gz`]: { link: 'gone' } },
    {},
    [image(27), '6.1.112-1', '6.1.115-1', 'no_changelog'],
  ],
  ['a live patch', debian, { isPatched: true }, [image(27), '6.1.112-1', '6.1.115-1', 'livepatch']],
  ['nobody knows of live patches', debian, { isPatched: null }, [image(27), '6.1.112-1', '6.1.115-1', 'livepatch']],
  [
    'the kernel does not name its version',
    debian,
    { version: '#1 SMP Mon Sep 30 12:00:00 UTC 2024\n' },
    [image(27), null, '6.1.115-1', 'no_running_version'],
  ],
  ['a kernel of no package', { ...debian, [`boot/vmlinuz-${release(28)}`]: '' }, {}, [null, null, null, 'no_package']],
  [
    'a kernel from outside',
    debian,
    { running: '6.18.44-fc-v595', version: '#1 SMP @0\n' },
    [null, null, null, 'kernel_not_installed'],
  ],
  [
    'names that do not tell',
    { ...debian, 'boot/vmlinuz-6.1.0-acme7-arm': '', 'boot/vmlinuz-6.1.0-acme8-arm': '' },
    { running: '6.1.0-acme7-arm' },
    [null, null, null, 'kernels_not_comparable'],
  ],
  ['no kernel on disk', { 'var/lib/dpkg/status': '' }, {}, null],
  ['a container', { ...debian, 'run/systemd/container': 'lxc' }, {}, null],
];

for (const [name, files, asked, expected] of rows) {
  test(`Debian: ${name}`, async (t) => assert.deepEqual(told(await ask(t, files, asked)), expected));
}

test('Debian: only a newer build of the release that runs is a rebuilt one', async (t) => {
  const isRebuilt = async (kernel: number, version: string, files = debian) =>
    (await ask(t, files, { running: release(kernel), version: running(version) }))!.isRebuilt;
  assert.equal(await isRebuilt(27, '6.1.112-2'), true);
  assert.equal(await isRebuilt(27, '6.1.115-1'), false);
  assert.equal(await isRebuilt(27, '6.1.119-1'), false, 'the older one is on disk');
  assert.equal(await isRebuilt(26, '6.1.112-1'), false);
  const again = { ...debian, 'var/lib/dpkg/status': signed(27, '6.1.115-1+b1') };
  assert.equal(await isRebuilt(27, '6.1.115-1', again), false, 'of the same source');
});

test('Ubuntu: the changelog of the modules counts, because that of the signed image names no fixes', async (t) => {
  const ubuntu = (abi: number) => `6.8.0-${abi}-generic`;
  const of = (abi: number): Files => ({
    [`boot/vmlinuz-${ubuntu(abi)}`]: '',
    [`lib/modules/${ubuntu(abi)}/modules.builtin`]: '',
    [`lib/modules/${ubuntu(abi)}/modules.dep`]: '',
    [`var/lib/dpkg/info/linux-image-${ubuntu(abi)}.list`]: `/boot/vmlinuz-${ubuntu(abi)}\n`,
    [`var/lib/dpkg/info/linux-modules-${ubuntu(abi)}.list`]: `/lib/modules/${ubuntu(abi)}/modules.builtin\n`,
  });
  const status = [45, 47].map(
    (abi) =>
      stanza(`linux-image-${ubuntu(abi)}`, `6.8.0-${abi}.${abi}`, 'linux-signed') +
      stanza(`linux-modules-${ubuntu(abi)}`, `6.8.0-${abi}.${abi}`, 'linux'),
  );
  const log =
    linux('6.8.0-47.47', '05-01', 'CVE-2026-0005') +
    linux('6.8.0-46.46', '04-01', 'CVE-2026-0004') +
    linux('6.8.0-45.45', '03-01', 'CVE-2026-0002');
  const files: Files = {
    ...of(45),
    ...of(47),
    'var/lib/dpkg/status': status.join(''),
    [`usr/share/doc/linux-modules-${ubuntu(47)}/changelog.Debian.gz`]: gzipSync(log),
    [`usr/share/doc/linux-image-${ubuntu(47)}/changelog.Debian.gz`]: gzipSync(
      entry('6.8.0-47.47', '05-01', 'nothing', 'linux-signed'),
    ),
  };
  const asked = {
    running: ubuntu(45),
    version: '#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024\n',
    signature: 'Ubuntu 6.8.0-45.45-generic 6.8.12',
  };
  assert.deepEqual(told(await ask(t, files, asked)), [
    ...[`linux-modules-${ubuntu(47)}`, '6.8.0-45.45', '6.8.0-47.47'],
    'CVE-2026-0005 CVE-2026-0004',
  ]);
});

/** An answer of rpm: the owner of a path, the files of packages, or the changelog, as the query asks. */
function rpmOf(name: string, versions: readonly string[], log: string, fileOf: (version: string) => string): Run {
  return (_file, args) => {
    const format = args[args.indexOf('--queryformat') + 1]!;
    const text = format.includes('CHANGELOG')
      ? log
      : format.includes('FILENAMES')
        ? versions.map((version) => `${name}\t${version}\t${fileOf(version)}\n`).join('')
        : versions.map((version) => `package\t${name}-${version}.x86_64\n`).join('');
    return { kind: 'ok', status: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) };
  };
}

test('RHEL: the version is in the release, and the changelog has it in brackets', async (t) => {
  const of = (version: string) => `/lib/modules/${version}.x86_64/vmlinuz`;
  const [old, now] = ['5.14.0-427.13.1.el9_4', '5.14.0-503.11.1.el9_5'] as const;
  const head = `lib-users-changelog\tkernel-core\t${now}\tx86_64\tkernel-${now}.src.rpm`;
  const log =
    `${head}\t1726142400\tA B <a@redhat.com> [${now}]\n- net: x (A B) [RHEL-1] {CVE-2026-0005}\n` +
    `${head}\t1716142400\tA B <a@redhat.com> [5.14.0-427.16.1.el9_4]\n- fs: y (A B) [RHEL-2] {CVE-2026-0004}\n` +
    `${head}\t1706142400\tA B <a@redhat.com> [${old}]\n- mm: z (A B) [RHEL-3] {CVE-2026-0002}\n`;
  const files: Files = Object.fromEntries([
    ...[old, now].map((version) => [of(version).slice(1), '']),
    ['var/lib/rpm/rpmdb.sqlite', ''],
  ]);
  const host = { ...files, 'var/lib/dpkg/status': '' };
  const asked = { running: `${old}.x86_64`, version: '#1 SMP\n', run: rpmOf('kernel-core', [old, now], log, of) };
  assert.deepEqual(told(await ask(t, host, asked)), ['kernel-core', old, now, 'CVE-2026-0005 CVE-2026-0004']);
});

test("Debian's real changelog: the ids are those that another program finds", async (t) => {
  if (!needs(t, 'python3', 'linux-libc-dev')) return;
  const path = '/usr/share/doc/linux-libc-dev/changelog.Debian.gz';
  const real = readFileSync(path);
  const versions = [
    ...gunzipSync(real)
      .toString('latin1')
      .matchAll(/^linux \(([^)]+)\)/gm),
  ].map(([, found]) => found!);
  const [installed, before] = [versions[0]!, versions[4]!];
  const files: Files = {
    ...debian,
    'var/lib/dpkg/status': stanza(image(27), installed, 'linux'),
    [`usr/share/doc/${image(27)}/changelog.gz`]: real,
  };
  const found = await ask(t, files, { version: running(before) });
  const oracle = `
import gzip, re, sys
text = gzip.open(sys.argv[1], 'rt', errors='replace').read()
at = text.index('\\nlinux (%s)' % sys.argv[2])
ids = lambda part: set(re.findall(r'CVE-\\d{4}-\\d{4,}', part))
print('\\n'.join(sorted(ids(text[:at]) - ids(text[at:]))))`;
  const { stdout, status } = spawnSync('python3', ['-c', oracle, path, before], { encoding: 'utf8' });
  assert.equal(status, 0);
  const wanted = stdout.trim().split('\n');
  assert.ok(wanted.length > 10, `${before} to ${installed}`);
  assert.deepEqual([...(found?.fixes?.cves ?? [])].sort(), wanted);
  assert.equal(found?.fixes?.incompleteBecause, null);
});
