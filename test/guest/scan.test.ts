// A scan of a booted guest: no findings if nothing is stale, otherwise the right unit, file, kind, state and facts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle, layouts, type Release, releases } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';
import { containerId, findings, makeStale, observed, startDemos } from './stale-demos.ts';

const program = placeInGuest('/opt/lib-users/lib-users');
const command = [...program.command, 'scan', '--no-config', '--format', 'json'];
const libssl: Readonly<Record<Release, string>> = { bookworm: 'libssl3', trixie: 'libssl3t64' };
// Each in a mount namespace of its own, but for cron; Debian 12's rsyslog holds a deleted /proc/kmsg.
const packaged = ['rsyslog', 'apache2', 'redis-server', 'cron'].map((name) => `${name}.service`);

async function scan(guest: Guest, ...flags: string[]): Promise<Report> {
  const { stdout, stderr } = await guest.exec([...command, ...flags]);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Report;
}

const empty = { processes: 0, units: 0, maps: 0, fds: 0, held_bytes: 0, held_memory_bytes: 0 };

for (const release of releases) {
  for (const cgroup of layouts) {
    test(`scan: ${release}, ${cgroup}`, async (t) => {
      const obstacle = guestObstacle(cgroup);
      if (obstacle !== null) return skip(t, obstacle);
      const guest = await bootGuest(t, { release, cgroup, binds: program.binds });
      await guest.enter(['systemctl', 'enable', '--now', '--', ...packaged]);

      await t.test('a clean guest has nothing to report', async () => {
        const report = await scan(guest);
        assert.deepEqual([report.summary, report.units, report.processes, report.warnings], [empty, [], [], []]);
        assert.equal(report.scan.complete, true);
        const { seen, inspected, denied, failed } = report.scan.processes;
        assert.ok(seen >= 8, `${seen} processes`);
        assert.deepEqual([inspected, denied, failed], [seen, 0, 0]);
        const held = await guest.enter(['sh', '-c', 'ls -l "/proc/$(pidof rsyslogd)/fd"']);
        const suppressed = report.scan.suppressed.filter(({ fds }) => fds > 0);
        assert.equal(suppressed.length, held.stdout.includes('/proc/kmsg (deleted)') ? 1 : 0);
        assert.equal(report.host.init, 'systemd');
        const bootId = await guest.enter(['cat', '/proc/sys/kernel/random/boot_id']);
        assert.equal(report.host.boot_id, bootId.stdout.trim());
      });

      await startDemos(guest);
      assert.deepEqual((await scan(guest)).units, []);
      await makeStale(guest);

      await t.test('each unit with its file, and what systemd says of it', async () => {
        const report = await scan(guest);
        assert.deepEqual(observed(report), findings);
        assert.equal(report.scan.complete, true);
        for (const { name, pids, systemd } of report.units) {
          if (systemd?.main_pid) assert.ok(pids.includes(systemd.main_pid), name);
        }
        const log = report.units.find(({ name }) => name === 'logging.service');
        assert.ok((log?.held_bytes ?? 0) >= 100_000);
        assert.equal(log?.stale_since, null, 'no code of it is stale');
        const contained = report.processes.filter(({ container }) => container !== null);
        assert.deepEqual(
          contained.map(({ container, unit, command }) => [container?.runtime, container?.id, unit, command]),
          [['docker', containerId, null, ['sleep']]],
        );
      });

      await t.test('without root it says that it did not see everything', async () => {
        const { status, stdout, stderr } = await guest.ssh('alice', command);
        const report = JSON.parse(stdout) as Report;
        assert.equal(status, 0);
        assert.equal(report.scan.complete, false);
        assert.ok(report.scan.processes.denied > 0);
        assert.match(stderr, /^lib-users: warning: [^\n]* root [^\n]*\n$/);
        assert.deepEqual(
          report.units.map(({ name, scope }) => [name, scope]),
          [['demo-user.service', 'user']],
        );
      });

      for (const sandbox of [['PrivateUsers=yes', 'ProtectProc=invisible'], ['CapabilityBoundingSet=CAP_CHOWN']]) {
        await t.test(`in a sandbox of ${sandbox.join(' ')} it says that it did not see everything`, async () => {
          const properties = sandbox.flatMap((property) => ['-p', property]);
          const unit = ['systemd-run', '-q', '--wait', '--pipe', '--collect', ...properties, '--'];
          const { stdout } = await guest.enter([...unit, ...command]);
          const { scan, units, warnings } = JSON.parse(stdout) as Report;
          assert.equal(scan.complete, false);
          assert.match(warnings.map(({ code }) => code).join(), /hidepid|not_everything_seen/);
          const { seen, ...parts } = scan.processes;
          assert.equal(
            Object.values(parts).reduce((sum, count) => sum + count, 0),
            seen,
          );
          for (const { name } of units)
            assert.ok(
              findings.some(({ unit }) => unit === name),
              `${name} is not stale`,
            );
        });
      }

      await t.test('restarted services are clean', async () => {
        const services = findings.filter(({ unit, scope }) => scope === 'system' && unit.endsWith('.service'));
        // Its program is gone.
        const restartable = services.map(({ unit }) => unit).filter((unit) => unit !== 'gone.service');
        await guest.enter(['systemctl', 'try-restart', '--', ...restartable]);
        const names = (await scan(guest)).units.map(({ name }) => name);
        assert.deepEqual(names, ['gone.service', 'some.scope', 'demo-user.service']);
      });

      await t.test('after an upgrade of libssl: PID 1, its services and whose package it is', async () => {
        const install = ['apt-get', 'install', '--reinstall', '--yes', '--no-download', libssl[release]];
        await guest.exec(['env', 'DEBIAN_FRONTEND=noninteractive', ...install], { timeout: 120_000 });
        const { units } = await scan(guest, '--packages');
        const stale = units.filter(({ files }) => files.some(({ path }) => path.endsWith('/libcrypto.so.3')));
        const names = stale.map(({ name }) => name);
        for (const name of ['init.scope', 'ssh.service', 'systemd-journald.service', 'systemd-logind.service']) {
          assert.ok(names.includes(name), `${name} among ${names}`);
        }
        const init = stale.find(({ name }) => name === 'init.scope');
        assert.deepEqual([init?.pids, init?.slice, init?.scope], [[1], null, 'system']);
        assert.deepEqual(
          init?.files.map(({ package: owner }) => owner?.name),
          [libssl[release]],
        );
        // A user's manager is a unit of its own, whose init.scope is not PID 1's.
        assert.ok(names.includes('user@1000.service'), `${names}`);

        await guest.enter(['systemctl', 'daemon-reexec']);
        const after = (await scan(guest)).units.map(({ name }) => name);
        assert.ok(!after.includes('init.scope'));
        assert.ok(after.includes('ssh.service'));
      });
    });
  }
}
