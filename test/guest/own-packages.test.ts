// Packages from no archive, one of them rebuilt without a change (a binNMU), upgraded under a daemon each: the versions that still run,
// and the ids that were fixed since.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageInUse, Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const { binds, command } = placeInGuest('/opt/lib-users/lib-users');

interface Entry {
  version: string;
  /** The date of the entry, and the time of the files of this version. */
  date: string;
  text: string;
  /** Only the binary package was built anew. Its entry is not in the changelog of later versions. */
  isRebuild?: true;
}

const first: Entry = { version: '1.0-1', date: 'Mon, 05 Jan 2026 10:00:00 +0000', text: 'First release.' };
const rebuilt: Entry = {
  ...{ version: '1.0-1+b1', date: 'Tue, 03 Feb 2026 11:00:00 +0000', text: 'Binary-only non-maintainer upload.' },
  isRebuild: true,
};
const fixed: Entry = { version: '1.0-2', date: 'Wed, 04 Mar 2026 12:00:00 +0000', text: 'Fix CVE-2026-11111.' };
const later: Entry = { version: '1:0.9~rc1-1', date: 'Thu, 02 Apr 2026 13:00:00 +0000', text: 'Fix CVE-2026-22222.' };

/** Each package with its versions in the order in which they are installed; the daemon is started on the first. */
const upgrades: Readonly<Record<string, { entries: readonly Entry[]; cves: string[] }>> = {
  'own-fixed': { entries: [first, fixed], cves: ['CVE-2026-11111'] },
  'own-rebuilt': { entries: [first, rebuilt], cves: [] },
  'own-rebuilt-before': { entries: [rebuilt, fixed], cves: ['CVE-2026-11111'] },
  'own-epoch': { entries: [fixed, later], cves: ['CVE-2026-22222'] },
};

const all = [later, fixed, first];

/** The changelog in a version's package: its own entry, then those of the earlier releases. */
function changelog(name: string, own: Entry): string {
  const { date } = own;
  const entries = own.isRebuild ? [own, first] : all.slice(all.indexOf(own));
  return entries
    .map((each) => {
      const keys = each.isRebuild ? 'urgency=medium, binary-only=yes' : 'urgency=medium';
      return `${name} (${each.version}) unstable; ${keys}\n\n  * ${each.text}\n\n -- A Person <a@example.org>  ${each === own ? date : each.date}\n`;
    })
    .join('\n');
}

const libraryOf = (name: string) => `/usr/lib/lib${name}.so.1`;

async function install(guest: Guest, name: string, entry: Entry): Promise<void> {
  const control = [
    ...[`Package: ${name}`, `Version: ${entry.version}`, 'Architecture: amd64', 'Maintainer: A Person <a@example.org>'],
    ...[entry.isRebuild ? `Source: ${name} (${first.version})` : '', 'Description: a test'].filter(Boolean),
  ];
  await guest.writeFile(`/root/${name}/DEBIAN/control`, `${control.join('\n')}\n`);
  await guest.writeFile(`/root/${name}/usr/share/doc/${name}/changelog.Debian`, changelog(name, entry));
  const script = `set -e; cd /root/${name}; mkdir -p usr/lib
cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" .${libraryOf(name)}
gzip -9nf usr/share/doc/${name}/changelog.Debian
find . -exec touch -h -d "$1" {} +
dpkg-deb --root-owner-group --build . /root/${name}.deb; dpkg -i /root/${name}.deb`;
  await guest.exec(['sh', '-c', script, 'sh', entry.date]);
}

test('packages from no archive, and rebuilt ones, under daemons of Debian 12', async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds });
  for (const [name, { entries }] of Object.entries(upgrades)) {
    await install(guest, name, entries[0]!);
    const preload = `LD_PRELOAD=${libraryOf(name)}`;
    await guest.enter(['systemd-run', '--quiet', `--unit=${name}`, `--setenv=${preload}`, '--', 'sleep', '4500']);
    const mapped = `until grep -q ${libraryOf(name)} /proc/$(systemctl show -P MainPID ${name})/maps; do sleep .1; done`;
    await guest.enter(['sh', '-c', mapped]);
  }
  // In the second of a change nobody can tell which came first.
  await guest.enter(['sleep', '2']);
  for (const [name, { entries }] of Object.entries(upgrades)) await install(guest, name, entries[1]!);

  const scan = async (): Promise<PackageInUse[]> => {
    const { stdout } = await guest.exec([...command, 'scan', '--no-config', '--fixes', '--format', 'json']);
    return ((JSON.parse(stdout) as Report).packages ?? []).filter(({ name }) => name in upgrades);
  };
  const told = ({ name, running_version, installed_version, fixes, units }: PackageInUse) => [
    ...[name, running_version, installed_version, fixes?.cves, fixes?.complete],
    units.map((unit) => unit.name),
  ];
  const expected = Object.entries(upgrades)
    .map(([name, { entries, cves }]) => {
      const [running, installed] = entries.map(({ version }) => version);
      return [name, running, installed, cves, true, [`${name}.service`]];
    })
    .sort();
  assert.deepEqual((await scan()).map(told).sort(), expected);

  // The old file of a rebuilt version has a time that no entry of the new changelog has: without the log its version is not known.
  await guest.enter(['sh', '-c', 'rm /var/log/dpkg.log*']);
  const alone = new Map((await scan()).map((each) => [each.name, each]));
  for (const [name, evidence] of Object.entries({ 'own-fixed': 'file_time', 'own-epoch': 'file_time' })) {
    const each = alone.get(name);
    assert.deepEqual([each?.evidence, each?.fixes?.cves], [evidence, upgrades[name]!.cves], name);
  }
  const before = alone.get('own-rebuilt-before');
  assert.deepEqual(
    [before?.running_version, before?.fixes, before?.unknown_because],
    [null, null, 'no_running_version'],
  );
});
