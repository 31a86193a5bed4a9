// A night of security updates under running services of Debian 12: for each package the version that still runs, and the ids that
// were fixed since, equal those that a program of its own finds (fixes.py). Then the whole way: fleet --cve and check --fixes-only, the
// plan, restarts, 0.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Fleet } from '../../src/documents/generated/fleet.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { PackageInUse, Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const { binds, command } = placeInGuest('/opt/lib-users/lib-users');
const oracle = readFileSync(join(projectRoot, 'test/guest/fixes.py'));

/** The first of several versions in apt's archive, as before the updates. */
const packages = [
  ...['libexpat1', 'libpam0g', 'nginx', 'nginx-common', 'redis-server', 'redis-tools', 'rsyslog'],
  ...['openssh-server', 'openssh-client', 'openssh-sftp-server', 'libpcre2-8-0', 'libssl3', 'openssl'],
  ...['python3.11', 'python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib'],
];
const services = ['nginx', 'redis-server', 'rsyslog', 'ssh'].map((name) => `${name}.service`);

async function versionsOf(guest: Guest): Promise<Map<string, string[]>> {
  const { stdout } = await guest.enter(['sh', '-c', 'cd /var/cache/apt/archives && ls *.deb']);
  const versions = new Map<string, string[]>(packages.map((name) => [name, []]));
  for (const line of stdout.trim().split('\n')) {
    const [name, version] = line.split('_') as [string, string];
    versions.get(name)?.push(decodeURIComponent(version));
  }
  return versions;
}

async function install(guest: Guest, wanted: readonly string[]): Promise<void> {
  const apt = ['apt-get', '--yes', '--no-download', '--allow-downgrades', '-o', 'Dpkg::Options::=--force-confold'];
  // A daemon that is restarted by its package would be no test.
  const argv = ['env', 'DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_SUSPEND=1', ...apt, 'install', ...wanted];
  await guest.exec(argv, { timeout: 180_000 });
}

const scan = async (guest: Guest): Promise<Report> =>
  JSON.parse((await guest.exec([...command, 'scan', '--no-config', '--fixes', '--format', 'json'])).stdout) as Report;

const told = (each: PackageInUse) => [
  ...[each.name, each.running_version, each.installed_version],
  ...[[...(each.fixes?.cves ?? [])].sort(), each.pids],
];

async function startPython(guest: Guest, name: string): Promise<void> {
  const daemon = 'import ssl, pyexpat, time; time.sleep(10**6)';
  await guest.enter(['systemd-run', '--quiet', `--unit=${name}`, '--', 'python3', '-c', daemon]);
  const mapped = `until grep -q libexpat /proc/$(systemctl show -P MainPID ${name})/maps; do sleep .1; done`;
  await guest.enter(['sh', '-c', mapped]);
}

test('security updates of Debian 12 under its services', { timeout: 600_000 }, async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds });
  await guest.writeFile('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
  await guest.writeFile('/root/fixes.py', oracle);
  const versions = await versionsOf(guest);
  const at = (name: string, place: number) => `${name}=${versions.get(name)!.at(place)}`;
  const compare = (a: string, b: string) => guest.enter(['dpkg', '--compare-versions', a, 'lt', b], { check: false });
  for (const [name, list] of versions) {
    assert.ok(list.length > 0, `${name} is in the archive of the guest`);
    // By insertion, since dpkg alone knows the order.
    for (let i = 1; i < list.length; i++) {
      for (let j = i; j > 0 && (await compare(list[j]!, list[j - 1]!)).status === 0; j--) {
        [list[j - 1], list[j]] = [list[j]!, list[j - 1]!];
      }
    }
  }
  await install(
    guest,
    packages.map((name) => at(name, 0)),
  );
  await guest.enter(['systemctl', 'daemon-reexec']);
  await guest.enter(['systemctl', 'restart', ...services, 'systemd-journald', 'systemd-logind', 'dbus']);
  await startPython(guest, 'first');
  // In the second of a change nobody can tell which came first.
  await guest.enter(['sleep', '2']);
  await install(guest, [at('libssl3', 1), at('openssl', 1)]);
  await guest.enter(['sleep', '2']);
  await startPython(guest, 'second');
  await guest.enter(['sleep', '2']);
  await guest.enter([
    'sh',
    '-c',
    'mv /var/log/dpkg.log /var/log/dpkg.log.1; gzip /var/log/dpkg.log.1; mv /var/log/dpkg.log.1.gz /var/log/dpkg.log.2.gz; touch /var/log/dpkg.log.1',
  ]);
  await install(
    guest,
    packages.map((name) => at(name, -1)),
  );

  const report = await scan(guest);
  const { stdout } = await guest.exec(['python3', '/root/fixes.py']);
  const expected = JSON.parse(stdout) as ReturnType<typeof told>[];
  assert.deepEqual(report.packages?.map(told), expected);
  for (const each of report.packages ?? []) {
    // If a unit binds a program over itself, the kernel lets nobody see the file of the program.
    const evidence = each.name === 'redis-tools' ? 'upgrade_log' : 'file_time';
    assert.deepEqual([each.evidence, each.fixes?.complete, each.unknown_because], [evidence, true, null], each.name);
    assert.ok(each.replaced_at, each.name);
    // Nobody sees when the file of that program lost its name.
    const by = each.name === 'redis-tools' ? null : { command: 'apt-get', user: null };
    assert.deepEqual(each.replaced_by, by, each.name);
  }
  const ids = new Set(report.packages?.flatMap(({ fixes }) => fixes?.cves ?? []));
  t.diagnostic(`${report.packages?.length} versions of packages, ${ids.size} ids`);
  assert.ok(ids.size >= 40, `${ids.size} ids`);
  assert.equal(report.packages?.filter(({ name }) => name === 'libssl3').length, 2, 'two old versions of libssl3');

  // The old files alone must do.
  await guest.enter(['sh', '-c', 'mkdir /root/logs && mv /var/log/dpkg.log* /root/logs']);
  const unseen = ({ name }: PackageInUse) => name !== 'redis-tools';
  assert.deepEqual((await scan(guest)).packages?.filter(unseen), report.packages?.filter(unseen));

  // And the log alone: it has the versions, and the unknown fixes are not an empty list.
  await guest.enter(['sh', '-c', 'mv /root/logs/* /var/log && mv /usr/share/doc /root/doc && mkdir /usr/share/doc']);
  const undocumented = await scan(guest);
  assert.deepEqual(
    undocumented.packages?.map(({ name, running_version, evidence, fixes, unknown_because }) => [
      name,
      running_version,
      evidence,
      fixes,
      unknown_because,
    ]),
    report.packages?.map(({ name, running_version }) => [name, running_version, 'upgrade_log', null, 'no_changelog']),
  );
  await guest.enter(['mv', '/var/log/dpkg.log', '/root/logs/']);
  await guest.enter(['sh', '-c', 'rm /var/log/dpkg.log.*']);
  const unknown = await scan(guest);
  for (const each of unknown.packages ?? []) {
    assert.deepEqual([each.running_version, each.fixes, each.unknown_because], [null, null, 'no_running_version']);
  }
  await guest.enter(['sh', '-c', 'rmdir /usr/share/doc && mv /root/doc /usr/share/doc']);

  // The whole way.
  const expat = report.packages?.find(({ name }) => name === 'libexpat1');
  const id = expat?.fixes?.cves[0] ?? '';
  const fleet = async (document: Report) => {
    const input = JSON.stringify(document);
    const answer = await guest.enter([...command, 'fleet', '--no-config', '-', '--cve', id, '--format', 'json'], {
      input,
      check: false,
    });
    return { status: answer.status, cve: (JSON.parse(answer.stdout) as Fleet).cve };
  };
  const before = await fleet(report);
  assert.deepEqual([before.status, before.cve?.verdict], [5, 'drift']);
  assert.deepEqual(before.cve?.hosts[0]?.units, expat?.units.map(({ name }) => name).sort());
  assert.deepEqual((await fleet(unknown)).status, 4);
  const gate = async (document: Report) => {
    const answer = await guest.enter([...command, 'check', '--no-config', '-', '--fixes-only', '--format', 'json'], {
      input: JSON.stringify(document),
      check: false,
    });
    return { status: answer.status, drift: JSON.parse(answer.stdout) as Drift };
  };
  const closed = await gate(report);
  assert.deepEqual([closed.status, closed.drift.fixes?.count, closed.drift.fixes?.complete], [5, ids.size, true]);
  assert.deepEqual((await gate(unknown)).status, 4);

  const planned = await guest.enter([...command, 'plan', '--no-config', '-', '--format', 'json'], {
    input: JSON.stringify(report),
  });
  const plan = JSON.parse(planned.stdout) as Plan;
  assert.equal(plan.fixes?.count, ids.size);
  const first = plan.actions.find(({ unit }) => unit === 'first.service');
  assert.ok(first?.fixes?.packages.some(({ name }) => name === 'libexpat1'));
  const shown = await guest.enter([...command, 'plan', '--no-config', '-', '--format', 'text'], {
    input: JSON.stringify(report),
  });
  assert.match(shown.stdout, /closes CVE-\d+-\d+, CVE-\d+-\d+ and \d+ more \(/);
  const own = ['first.service', 'second.service'];
  await guest.enter(['systemctl', 'stop', ...own]);
  // One after the other, as a play does it: rsyslog's socket is gone for a moment during the journal's restart.
  for (const name of plan.services) if (!own.includes(name)) await guest.enter(['systemctl', 'restart', name]);
  await guest.enter(['systemctl', 'daemon-reexec']);
  // A restart of dbus ends desktops, so the plan asks for a reboot instead.
  const restarted = await fleet(await scan(guest));
  assert.deepEqual([restarted.status, restarted.cve?.hosts[0]?.units], [5, ['dbus.service']]);
  assert.ok(plan.actions.some(({ action, unit, fixes }) => action === 'reboot' && unit === 'dbus.service' && fixes));
  await guest.reboot();
  const clean = await scan(guest);
  const after = await fleet(clean);
  assert.deepEqual([after.status, after.cve], [0, { id, verdict: 'pass', hosts: [], unknown: [] }]);
  assert.deepEqual((await gate(clean)).status, 0);
});
