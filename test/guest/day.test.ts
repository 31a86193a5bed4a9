// A day of a booted host, in minutes: each timer and each cron job runs, logs are rotated, and updates are looked for and installed. Only a
// service whose program was upgraded under it is outdated, and all others are not.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { guestBase, guestObstacle, releases } from './base.ts';
import { bootGuest, Guest } from './guest.ts';
import { run } from './run.ts';

const { binds, command } = placeInGuest('/opt/lib-users/lib-users');

/** Services that are made here. The upgrade of `restarted` restarts it, and that of `kept` does not. */
const own = ['kept', 'restarted', 'unchanged'];
const ownUnits = own.map((name) => `day-${name}.service`);

/** Makes /srv/archive a source of apt, with the packages of a folder. $1: the folder. */
const publish = `
set -e
mkdir -p /srv/archive
cp "$1"/*.deb /srv/archive/
cd /srv/archive
for deb in *.deb; do
  dpkg-deb --field "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d ' ' -f 1)"
done >Packages
printf 'Origin: Day\\nLabel: Day\\nSuite: day\\nCodename: day\\nDate: %s\\nSHA256:\\n %s %s Packages\\n' \\
  "$(date -Ru)" "$(sha256sum Packages | cut -d ' ' -f 1)" "$(stat -c %s Packages)" >Release
echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list`;

/** Makes one version of an own package in a folder. $1: the folder, $2: the name, $3: the version. */
const pack = `
set -e
root=$(mktemp -d)
chmod 755 $root
mkdir -p $1 $root/DEBIAN $root/usr/bin $root/usr/lib/systemd/system
printf 'Package: day-%s\\nVersion: %s\\nArchitecture: all\\nMaintainer: A <a@example.org>\\nDescription: x\\n' $2 $3 >$root/DEBIAN/control
if [ $2 = restarted ]; then
  printf '#!/bin/sh\\nsystemctl try-restart day-restarted.service\\n' >$root/DEBIAN/postinst
  chmod 755 $root/DEBIAN/postinst
fi
printf '#!/usr/bin/env python3\\nimport signal\\nsignal.pause()\\n# %s\\n' $3 >$root/usr/bin/day-$2
chmod 755 $root/usr/bin/day-$2
printf '[Service]\\nExecStart=/usr/bin/day-%s\\n' $2 >$root/usr/lib/systemd/system/day-$2.service
dpkg-deb --root-owner-group --build $root $1/day-$2_$3.deb
rm -r $root`;

/** An upgrade as apt's timers do it, also if unattended-upgrades is not there. */
const settings = `
set -e
printf 'APT::Periodic::Update-Package-Lists "always";\\nAPT::Periodic::Unattended-Upgrade "always";\\nAPT::Periodic::RandomSleep "0";\\n' >/etc/apt/apt.conf.d/99day
printf 'Unattended-Upgrade::Origins-Pattern { "origin=Day"; };\\nUnattended-Upgrade::Allow-downgrade "false";\\n' >>/etc/apt/apt.conf.d/99day
if ! command -v unattended-upgrade >/dev/null; then
  printf '#!/bin/sh\\n[ "$1" = --download-only ] || apt-get --yes upgrade\\n' >/usr/bin/unattended-upgrade
  chmod 755 /usr/bin/unattended-upgrade
fi
systemctl enable --now cron apt-daily.timer apt-daily-upgrade.timer`;

interface Job {
  name: string;
  argv: readonly string[];
}

/** Returns each timer's service, each folder of cron, and the rotation of all logs. */
async function findJobs(guest: Guest): Promise<Job[]> {
  const list = ['systemctl', 'list-unit-files', '--type=timer', '--plain', '--no-legend'];
  const timers = (await guest.enter(list)).stdout
    .split('\n')
    .flatMap((line) => /^(\S+[^@])\.timer\s/.exec(line)?.[1] ?? []);
  return [
    ...timers.map((name) => ({ name, argv: ['systemctl', 'start', `${name}.service`] })),
    ...['hourly', 'daily', 'weekly', 'monthly'].map((each) => ({
      name: `cron.${each}`,
      argv: ['run-parts', '--verbose', `/etc/cron.${each}`],
    })),
    { name: 'logrotate --force', argv: ['logrotate', '--force', '/etc/logrotate.conf'] },
  ];
}

async function scan(guest: Guest): Promise<Report> {
  const { stdout } = await guest.exec([...command, 'scan', '--no-config', '--format', 'json']);
  return JSON.parse(stdout) as Report;
}

/** Each certain and likely entry as unit, confidence, path and versions. */
function told({ units }: Report): string[] {
  return units
    .flatMap(({ name, outdated = [] }) =>
      outdated
        .filter(({ confidence }) => confidence !== 'possible')
        .map(({ confidence, path, package: owner }) => {
          const versions = owner === null ? '' : ` ${owner.running_version} -> ${owner.version}`;
          return `${name}: ${confidence} ${path}${versions}`;
        }),
    )
    .sort();
}

const keptOnly = ['day-kept.service: likely /usr/bin/day-kept 1.0-1 -> 1.0-2'];

async function addOwn(guest: Guest): Promise<void> {
  for (const name of own) {
    await guest.exec(['sh', '-c', pack, 'sh', '/root/first', name, '1.0-1']);
    if (name !== 'unchanged') await guest.exec(['sh', '-c', pack, 'sh', '/root/next', name, '1.0-2']);
  }
  await guest.exec(['sh', '-c', publish, 'sh', '/root/first']);
  await guest.exec(['sh', '-c', settings]);
  await guest.exec([
    'sh',
    '-c',
    'dpkg --install /root/first/*.deb; systemctl daemon-reload; systemctl start "$@"',
    'sh',
    ...ownUnits,
  ]);
  // A file that is born within two seconds of a start may have been there before.
  await guest.enter(['sleep', '3']);
}

test('each job of a day, once', { timeout: 300_000 }, async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', copy: true, binds });
  await guest.enter(['systemctl', 'enable', '--now', 'rsyslog', 'nginx', 'redis-server']);
  await addOwn(guest);
  const jobs = await findJobs(guest);
  for (const name of ['apt-daily', 'apt-daily-upgrade', 'logrotate', 'systemd-tmpfiles-clean'])
    assert.ok(
      jobs.some((job) => job.name === name),
      name,
    );
  const doAll = async (expected: readonly string[] | null) => {
    for (const { name, argv } of jobs) {
      await guest.exec(argv, { timeout: 120_000 });
      if (expected !== null) assert.deepEqual(told(await scan(guest)), expected, name);
    }
  };
  await doAll([]);
  await guest.exec(['sh', '-c', publish, 'sh', '/root/next']);
  await doAll(null);
  assert.deepEqual(told(await scan(guest)), keptOnly);
  await doAll(keptOnly);
  await guest.enter(['systemctl', 'restart', 'day-kept.service']);
  assert.deepEqual(told(await scan(guest)), []);
});

const packages = [
  ...['unattended-upgrades', 'man-db', 'fail2ban', 'python3-systemd', 'supervisor', 'munin-node', 'spamd'],
  ...['anacron', 'apt-listchanges', 'popularity-contest', 'debsums'],
].join(' ');
const upgraded = ['fail2ban', 'supervisor', 'munin-node'];
const services = ['cron', 'rsyslog', 'nginx', 'redis-server', 'unattended-upgrades', ...upgraded, 'spamd'];

/** Makes the next version of a package of Debian, with another program. $1: the package, $2: the program. */
const repack = `
set -e
mkdir -p /root/$1 /root/next
dpkg-deb -R /root/debs/$1_*.deb /root/$1
sed -i 's/^Version: .*/&+day/' /root/$1/DEBIAN/control
echo '# day' >>/root/$1$2
dpkg-deb --root-owner-group -b /root/$1 /root/next/$1.deb`;

const settingsOfDebian = `
set -e
printf '[sshd]\\nenabled = false\\n' >/etc/fail2ban/jail.d/zz.conf
rm -f /usr/sbin/policy-rc.d
systemctl enable --now "$@"`;

/** Makes each timer run each minute, and cron run all of its folders each two minutes. */
const hasten = `
set -e
for timer in $(systemctl list-unit-files --type=timer --plain --no-legend | cut -d ' ' -f 1); do
  case $timer in *@.timer) continue;; esac
  mkdir -p /etc/systemd/system/$timer.d
  printf '[Timer]\\nOnBootSec=\\nOnCalendar=\\nOnCalendar=minutely\\nRandomizedDelaySec=0\\nAccuracySec=1s\\n' >/etc/systemd/system/$timer.d/day.conf
  systemctl daemon-reload
  systemctl enable $timer
  systemctl restart $timer
done
echo 'PATH=/usr/sbin:/usr/bin:/sbin:/bin' >/etc/cron.d/day
for each in hourly daily weekly monthly; do
  echo "*/2 * * * * root run-parts /etc/cron.$each" >>/etc/cron.d/day
done
echo '* * * * * root logrotate --force /etc/logrotate.conf' >>/etc/cron.d/day`;

const minutes = Number(process.env.DAY ?? 0);

for (const release of releases) {
  test(`a day of ${release} in minutes, with the timers and services of Debian`, async (t) => {
    if (!minutes) return t.skip('takes as many minutes as it is told and two more, and the network: DAY=12');
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const { tree: base, key } = guestBase(release);
    const folder = mkdtempSync('/var/tmp/lib-users-day-');
    t.after(() => rmSync(folder, { recursive: true }));
    const tree = join(folder, 'tree');
    const make = ['sh', join(projectRoot, 'test/guest/tree-with-packages.sh'), base, tree, packages, ...upgraded];
    await run(['unshare', '--mount', '--propagation', 'private', '--', ...make], { timeout: 900_000 });
    const name = `lib-users-day-${process.pid}`;
    const guest = new Guest(name, key, mkdtempSync(join(tmpdir(), `${name}-`)));
    t.after(() => guest.stop());
    guest.launch(tree, { release, cgroup: 'unified', copy: true, binds });
    await guest.untilBooted(null);
    await guest.exec(['sh', '-c', settingsOfDebian, 'sh', ...services], { timeout: 120_000 });
    for (const [index, each] of upgraded.entries()) {
      const programs = ['/usr/bin/fail2ban-server', '/usr/bin/supervisord', '/usr/sbin/munin-node'];
      await guest.exec(['sh', '-c', repack, 'sh', each, programs[index]!]);
    }
    await addOwn(guest);
    await guest.exec(['sh', '-c', hasten], { timeout: 120_000 });

    const scans = async (untilMs: number, expected: (told: string[]) => boolean, what: string) => {
      let count = 0;
      for (; Date.now() < untilMs; count++) {
        const found = told(await scan(guest));
        assert.ok(expected(found), `${what}: ${JSON.stringify(found)}`);
        await sleep(15_000);
      }
      return count;
    };
    const third = (minutes * 60_000) / 3;
    const quiet = await scans(Date.now() + third, (found) => found.length === 0, 'nothing to upgrade');

    // One upgrade for which policy-rc.d denies the restarts, so that the services run on.
    await guest.writeFile('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
    await guest.exec(['sh', '-c', 'mkdir /root/held; mv /root/next/supervisor.deb /root/held']);
    await guest.exec(['sh', '-c', publish, 'sh', '/root/next']);
    // Between unpacking and the restart by its package a service is outdated as well.
    const allowed = /^(?:day-kept|day-restarted|fail2ban|supervisor)\.service: likely /;
    const onlyUpgraded = (found: string[]) => found.every((line) => allowed.test(line));
    const night = await scans(Date.now() + third, onlyUpgraded, 'an upgrade');
    const after = await scan(guest);
    t.diagnostic(JSON.stringify([told(after), after.scan.outdated]));
    const unitsOf = (report: Report) => told(report).map((line) => line.split(':')[0]);
    const left = ['day-kept.service', 'fail2ban.service'];
    assert.deepEqual(unitsOf(after), left);
    // munin-node keeps its program open, so that the kernel shows it.
    const munin = after.units.find((unit) => unit.name === 'munin-node.service')?.files ?? [];
    assert.ok(munin.some(({ path, role }) => path === '/usr/sbin/munin-node' && role === 'code'));

    // One that restarts its service.
    await guest.exec(['rm', '/usr/sbin/policy-rc.d']);
    await guest.exec(['sh', '-c', publish, 'sh', '/root/held']);
    const last = await scans(Date.now() + third, onlyUpgraded, 'an upgrade with a restart');
    const { stdout: version } = await guest.enter(['sh', '-c', 'dpkg-query --show supervisor']);
    assert.match(version, /\+day\n$/);
    assert.deepEqual(unitsOf(await scan(guest)), left);
    const { stdout: log } = await guest.enter(['journalctl', '--no-pager', '--output=cat']);
    const lines = log.split('\n');
    const runs = (await findJobs(guest)).map(({ name: job, argv }): [name: string, count: number] => {
      const marks = [`Starting ${job}.service`, `CMD (run-parts /etc/${job})`, `CMD (${argv.join(' ')})`];
      return [job, lines.filter((line) => marks.some((mark) => line.includes(mark))).length];
    });
    for (const job of ['apt-daily', 'apt-daily-upgrade', 'logrotate', 'man-db', 'cron.daily', 'logrotate --force'])
      assert.ok((runs.find(([name]) => name === job)?.[1] ?? 0) > 1, `${job}: ${JSON.stringify(runs)}`);
    t.diagnostic(`${quiet}, ${night} and ${last} scans; ${runs.map((each) => each.join(' ')).join(', ')}`);
  });
}
