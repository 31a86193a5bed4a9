// A made-up host with rpm: packages that are built and recorded in a database of their own, and files of the host.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { findPackagesInUse, type PackageInUse } from '../../src/fixes/packages-in-use.ts';
import type { Use } from '../../src/fixes/use.ts';
import { type Run, run } from '../../src/spawn.ts';
import { temporaryFolder } from './temporary.ts';

export const changelog = {
  versions: [
    '* Fri May 01 2026 A B <a@b.example> - 1.2-3\n- Resolves: CVE-2026-0003 CVE-2026-0033\n\n',
    '* Wed Apr 01 2026 A B <a@b.example> - 1.2-2\n- Fix CVE-2026-0002\n\n',
    '* Sun Mar 01 2026 A B <a@b.example> - 1.2-1\n- Fix CVE-2026-0001\n\n',
  ],
  none: [
    '* Fri May 01 2026 a@b.example\n- fix (bsc#12, CVE-2026-0003)\n\n',
    '* Wed Apr 01 2026 a@b.example\n- fix (bsc#11, CVE-2026-0002)\n\n',
    '* Sun Mar 01 2026 a@b.example\n- fix (bsc#10, CVE-2026-0001)\n\n',
  ],
} as const;

export interface Built {
  /** A `run` of rpm on the test's own database. */
  run: Run;
  /** When the files of the first version were built, by the package. */
  builtAt: bigint;
}

/**
 * Builds 1:1.2-1.el9 and 1:1.2-3.el9 of libfoo, installs the first and upgrades to the second, in the database alone.
 * @param architectures of several, each is installed beside the others
 */
export function makeDatabase(
  t: TestContext,
  entries: readonly string[],
  architectures: readonly string[] = ['noarch'],
): Built {
  const folder = temporaryFolder(t);
  const sh = (file: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', cwd: folder });
    assert.equal(status, 0, `${file} ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const database = join(folder, 'db');
  mkdirSync(database);
  const epoch = ['source_date_epoch_from_changelog 1', 'clamp_mtime_to_source_date_epoch 1', 'dist .el9'];
  const define = [`_topdir ${folder}/build`, ...epoch].flatMap((macro) => ['--define', macro]);
  for (const [release, log] of [
    ['1', entries.slice(2)],
    ['3', entries],
  ] as const) {
    writeFileSync(
      join(folder, `libfoo-${release}.spec`),
      `Name: libfoo\nEpoch: 1\nVersion: 1.2\nRelease: ${release}%{?dist}\nSummary: x\nLicense: MIT\n
%description\nx\n%install\nmkdir -p %{buildroot}/usr/lib64; echo ${release} >%{buildroot}/usr/lib64/libfoo.so.1\n%files\n/usr/lib64/libfoo.so.1\n
%changelog\n${log.join('')}`,
    );
    for (const each of architectures) sh('rpmbuild', '-bb', '--target', each, ...define, `libfoo-${release}.spec`);
    const files = architectures.map((each) => packageFile(release, each));
    sh('rpm', '--dbpath', database, '-U', '--justdb', '--nodeps', '--ignorearch', '--replacefiles', ...files);
  }
  const mtime = sh('rpm', '-qp', '--qf', '[%{FILEMTIMES}]', packageFile('1', architectures[0]!));
  return {
    run: (file, args, limits) => run(file, ['--dbpath', database, ...args], limits),
    builtAt: BigInt(mtime) * 1_000_000_000n,
  };
}

const packageFile = (release: string, architecture: string): string =>
  `build/RPMS/${architecture}/libfoo-1.2-${release}.el9.${architecture}.rpm`;

const use = (more: Partial<Use> = {}): Use => ({
  pid: 7,
  owner: { manager: 'rpm', name: 'libfoo', version: '1:1.2-3.el9' },
  modifiedAtNs: null,
  fileOwner: process.geteuid!(),
  unlinkedAtNs: null,
  startedAt: Date.parse('2026-03-20T00:00:00Z'),
  note: null,
  ...more,
});

/** @param files the host's files */
export async function askRpm(
  t: TestContext,
  run: Run,
  files: Record<string, string | Buffer>,
  more: Partial<Use>,
): Promise<PackageInUse[]> {
  const root = temporaryFolder(t);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return await findPackagesInUse([use(more)], { host: { root, isLocal: () => true }, run });
}

/** source, version, evidence, and the ids or the reason for none, with a plus if there may be more ids. */
export const told = ({ source, runningVersion, evidence, fixes, unknownBecause }: PackageInUse) => [
  ...[source, runningVersion, evidence],
  fixes === null ? unknownBecause : `${fixes.cves.join(' ')}${fixes.incompleteBecause === null ? '' : '+'}`,
];

/** dnf 4's log of the upgrade. */
export const dnf4 = `2026-01-01T06:00:00+0100 INFO --- logging initialized ---
2026-05-02T06:12:44+0100 SUBDEBUG Upgrade: libfoo-1:1.2-3.el9.noarch
2026-05-02T06:12:46+0100 SUBDEBUG Upgraded: libfoo-1:1.2-1.el9.noarch
`;
