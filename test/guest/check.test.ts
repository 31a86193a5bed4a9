// A day in the life of the gate, in a booted guest with real packages: clean, upgraded, restarted, upgraded again. And the
// timer's service in its sandbox, which must see everything that root sees without one.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { missing } from '../support/needs.ts';
import { lintJunit, lintMetrics, parsePerfdata } from '../support/parsers.ts';
import { placeInGuest } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle, type Release, releases } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import type { Answer } from './run.ts';

const program = '/usr/bin/lib-users';
const libraries: Readonly<Record<Release, string>> = { bookworm: 'libssl3', trixie: 'libssl3t64' };

async function boot(t: TestContext, release: Release): Promise<Guest> {
  const guest = await bootGuest(t, {
    release,
    cgroup: 'unified',
    binds: placeInGuest(program).binds,
  });
  await guest.enter(['systemctl', 'start', 'nginx.service']);
  return guest;
}

async function upgrade(guest: Guest, release: Release): Promise<string> {
  const install = ['apt-get', 'install', '--reinstall', '--yes', '--no-download', libraries[release]];
  return (await guest.exec(['env', 'DEBIAN_FRONTEND=noninteractive', ...install], { timeout: 120_000 })).stdout;
}

async function check(guest: Guest, ...args: string[]): Promise<Answer> {
  return await guest.exec([program, 'check', '--unit', 'nginx.service', ...args], { check: false });
}

const changes = ({ stdout }: Answer): string[] => {
  const { findings, resolved } = JSON.parse(stdout) as Drift;
  return [...new Set([...findings, ...resolved].map(({ change, unit }) => `${change} ${unit}`))];
};

for (const release of releases) {
  test(`${release}: a day in the life`, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await boot(t, release);
    await guest.copyIn(join(projectRoot, 'packaging/apt/90lib-users'), '/etc/apt/apt.conf.d/90lib-users');
    const json = ['--format', 'json'];

    const clean = await check(guest, ...json, '--write-baseline', '/root/clean.json');
    assert.equal(clean.status, 0, clean.stdout + clean.stderr);

    const said = await upgrade(guest, release);
    assert.match(said, /^ +\[ \] nginx\.service$/m, "apt's hook prints the plan");
    assert.equal(said.match(/from the report of/g)?.length, 1, 'once');
    const stale = await check(guest, ...json, '--baseline', '/root/clean.json');
    assert.equal(stale.status, 5);
    assert.deepEqual(changes(stale), ['new nginx.service']);
    assert.match(stale.stdout, /\/libssl\.so\.3"/);
    await acceptedByParsers(t, guest, '/root/clean.json');
    const kept = await check(guest, ...json, '--fail-on', 'never', '--write-baseline', '/root/stale.json');
    assert.equal(kept.status, 0);
    const remaining = await check(guest, ...json, '--baseline', '/root/stale.json');
    assert.deepEqual([remaining.status, changes(remaining)], [0, ['remaining nginx.service']]);

    await guest.enter(['systemctl', 'restart', 'nginx.service']);
    const cured = await check(guest, ...json, '--baseline', '/root/stale.json');
    assert.deepEqual([cured.status, changes(cured)], [0, ['resolved nginx.service']]);

    await upgrade(guest, release);
    const again = await check(guest, ...json, '--baseline', '/root/stale.json');
    assert.deepEqual([again.status, changes(again)], [5, ['new nginx.service']]);

    const blind = await guest.exec([program, 'check', ...json], { check: false, properties: ['User=alice'] });
    assert.equal(blind.status, 4, blind.stdout + blind.stderr);
  });

  test(`${release}: the timer's service sees in its sandbox what root sees without`, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await boot(t, release);
    await upgrade(guest, release);
    const folder = '/var/lib/prometheus/node-exporter';
    await guest.enter(['mkdir', '-p', folder]);
    for (const name of ['lib-users.service', 'lib-users.timer']) {
      await guest.copyIn(join(projectRoot, 'packaging/systemd', name), `/etc/systemd/system/${name}`);
    }
    // A file for Node: what the service's own comment asks for.
    if ((await guest.enter(['head', '--bytes=2', program])).stdout.startsWith('#!')) {
      await guest.writeFile(
        '/etc/systemd/system/lib-users.service.d/node.conf',
        '[Service]\nMemoryDenyWriteExecute=no\n',
      );
    }
    await guest.enter(['systemctl', 'daemon-reload']);
    await guest.enter(['systemctl', 'start', 'lib-users.timer', 'lib-users.service']);
    const metrics = (await guest.enter(['cat', `${folder}/lib-users.prom`])).stdout;
    assert.match(metrics, /^lib_users_scan_complete 1$/m);
    assert.match(
      metrics,
      /^lib_users_stale_files\{scope="system",unit="nginx\.service",user="",kind="library",state="replaced"\} \d$/m,
    );
    assert.match((await guest.enter(['stat', '--format=%a', `${folder}/lib-users.prom`])).stdout, /^644$/m);

    const write = `${program} scan --format json --output ${folder}/report.json`;
    await guest.writeFile(
      '/etc/systemd/system/lib-users.service.d/json.conf',
      `[Service]\nExecStart=\nExecStart=${write}\n`,
    );
    await guest.enter(['systemctl', 'daemon-reload']);
    await guest.enter(['systemctl', 'start', 'lib-users.service']);
    const sandboxed = JSON.parse((await guest.enter(['cat', `${folder}/report.json`])).stdout) as Report;
    const free = JSON.parse((await guest.exec([program, 'scan', '--format', 'json'])).stdout) as Report;
    assert.deepEqual(comparable(sandboxed), comparable(free));
    assert.ok(free.units.length > 0);
  });
}

/** The facts that do not depend on the time and the unit of the scan. nspawn mounts a boot id over the host's: a sandbox of systemd 252 lifts that. */
function comparable({ host, scan, summary, units, processes, warnings }: Report): object {
  const { complete, suppressed, filters, effective_uid } = scan;
  const { boot_id: _, ...rest } = host;
  // The journal keeps one descriptor more for each service that has just begun, and connections come and go.
  const lasting = units.map(({ systemd, sockets, ...unit }) => ({
    ...unit,
    systemd: systemd && { ...systemd, kept_descriptors: null },
    listening: sockets?.listening,
  }));
  return { host: rest, summary, units: lasting, processes, warnings, complete, suppressed, filters, effective_uid };
}

async function acceptedByParsers(t: TestContext, guest: Guest, baseline: string): Promise<void> {
  const lacking = missing('xmllint') ?? missing('promtool') ?? missing('Monitoring::Plugin');
  if (lacking) return t.diagnostic(`not parsed: ${lacking}`);
  const form = async (format: string) => (await check(guest, '--format', format, '--baseline', baseline)).stdout;
  assert.equal(lintJunit([await form('junit')]), '');
  assert.deepEqual(lintMetrics(await form('openmetrics')), { status: 0, output: '' });
  const line = await form('nagios');
  // logind runs on libssl's libcrypto, and --unit narrows the findings, not what the host needs.
  const reboot = 'a reboot is required: systemd-logind.service cannot be restarted safely';
  assert.equal(line.split(' |')[0], `LIB_USERS WARNING - 1 newly stale unit: nginx.service; ${reboot}`);
  assert.equal(parsePerfdata([line.split('|')[1]!.trim()])[0]?.length, 9);
}
