// A real upgrade of a booted Debian 12 to Debian 13 under running services: each mapping that the upgrade made stale is found,
// and none is unknown. Then the plan is done, and restarts each service once, and none ends. It takes five minutes and wants the network for its packages, so that it is run on request:
// RELEASE_UPGRADE=1 node scripts/test.mjs test/guest/release-upgrade.test.ts

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { guestBase, guestObstacle } from './base.ts';
import { Guest } from './guest.ts';
import { run } from './run.ts';

const packages = [
  ...['haproxy', 'postfix', 'bind9', 'vsftpd', 'dovecot-imapd', 'memcached', 'mariadb-server', 'postgresql'],
];
/** haproxy and all of postfix chroot; redis is bound over itself by its unit. */
const services = [
  ...['haproxy', 'postfix', 'named', 'vsftpd', 'dovecot', 'memcached', 'mariadb', 'postgresql@15-main'],
  ...['redis-server', 'nginx', 'apache2', 'rsyslog', 'cron', 'ssh'],
].map((name) => `${name}.service`);
const settings = `
printf '\\nlisten test\\n bind 127.0.0.1:8081\\n' >>/etc/haproxy/haproxy.cfg
sed -i 's/^Listen 80/Listen 8080/' /etc/apache2/ports.conf
postconf -e inet_interfaces=loopback-only; postconf -F '*/*/chroot=y'`;
const upgrade = 'apt-get --yes --no-download -o Dpkg::Options::=--force-confold dist-upgrade >/dev/null 2>&1';
/**
 * Their administrator must mend these first, and stops them. dovecot 2.4 refuses the settings of Debian 12. An assertion of postfix's
 * unit fails. systemd cannot bind /dev/log into haproxy's folder, once rsyslog has removed its socket of Debian 12 there.
 */
const refused = ['dovecot.service', 'haproxy.service', 'postfix@-.service', 'postfix.service'];
/** The ids of the messages that systemd logs: systemd.journal-fields(7), sd-messages.h. */
const started = '39f53479d3a045ac8e11786248231fbf';
const failed = ['be02cf6855d2428ba40df7e9d022f03d', 'd9b373ed55a64feb8242e02dbe79a49c'];
/** pid, path, the kernel's own words: what is stale, without the CLI. */
const stale =
  "grep -H ' (deleted)$' /proc/[0-9]*/maps | grep -v ' /memfd:\\| /dev/zero\\| /\\[aio\\]\\| /SYSV' || true";

test('Debian 12 is upgraded to Debian 13 under its services', async (t) => {
  if (!process.env.RELEASE_UPGRADE) return t.skip('takes five minutes and the network: RELEASE_UPGRADE=1');
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const { tree: base, key } = guestBase('bookworm');
  const folder = mkdtempSync('/var/tmp/lib-users-upgrade-');
  t.after(() => rmSync(folder, { recursive: true }));
  const tree = join(folder, 'tree');
  const make = ['sh', join(projectRoot, 'test/guest/release-upgrade.sh'), base, tree, ...packages];
  await run(['unshare', '--mount', '--propagation', 'private', '--', ...make], { timeout: 900_000 });

  const name = `lib-users-upgrade-${process.pid}`;
  const guest = new Guest(name, key, mkdtempSync(join(tmpdir(), `${name}-`)));
  t.after(() => guest.stop());
  const { binds, command } = placeInGuest('/opt/lib-users/lib-users');
  guest.launch(tree, { release: 'bookworm', cgroup: 'unified', binds });
  await guest.untilBooted(null);
  const scan = async () =>
    JSON.parse((await guest.exec([...command, 'scan', '--no-config', '--format', 'json'])).stdout) as Report;
  await guest.enter(['sh', '-ec', settings]);
  await guest.enter(['systemctl', 'restart', ...services], { timeout: 180_000 });
  const before = await scan();
  assert.equal(before.summary.maps, 0);

  const setting = '--setenv=DEBIAN_FRONTEND=noninteractive';
  const unit = ['systemd-run', '--quiet', '--wait', '--pipe', '--collect', setting, '--', 'sh', '-c', upgrade];
  await guest.enter(unit, { timeout: 900_000 });
  const report = await scan();
  const maps = report.processes.flatMap(({ pid, name, maps }) => maps.map((map) => ({ pid, process: name, ...map })));
  const count = (state: string) => maps.filter((map) => map.state === state).length;
  t.diagnostic(`${maps.length} stale mappings: ${count('replaced')} replaced, ${count('removed')} removed`);
  assert.deepEqual(
    maps.filter(({ state }) => state === 'unknown').map(({ process, path }) => [process, path]),
    [],
  );
  const { stdout } = await guest.exec(['sh', '-c', stale]);
  const lines = stdout.trim().split('\n');
  const named = new Set(lines.map((line) => /^\/proc\/(\d+)\//.exec(line)?.[1]));
  assert.deepEqual(
    new Set(report.processes.filter(({ maps }) => maps.length > 0).map(({ pid }) => String(pid))),
    named,
  );
  const units = new Map(report.units.map((each) => [each.name, each]));
  for (const service of services.filter((each) => each !== 'postfix.service')) {
    assert.ok(units.get(service)?.stale_since, `since when ${service} is stale`);
  }
  for (const { name, files } of report.units) {
    const lines = files.map(({ path, via }) => `${via} ${path}`);
    assert.equal(new Set(lines).size, lines.length, `${name}: a file is listed once`);
  }
  const redis = maps.find(({ process, kind }) => process === 'redis-server' && kind === 'executable');
  assert.deepEqual([redis?.path, redis?.path_source], ['/usr/bin/redis-check-rdb', 'command_line']);

  await guest.enter(['systemctl', 'stop', '--', ...refused]);
  const planned = await guest.exec([...command, 'plan', '--no-config', '--format', 'json'], { check: false });
  const { actions, services: restarted } = JSON.parse(planned.stdout) as Plan;
  const active = async () => {
    const list = ['systemctl', 'list-units', '--type=service', '--state=active', '--plain', '--no-legend'];
    return (await guest.enter(list)).stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]!)
      .filter((name) => !name.startsWith('run-'));
  };
  const activeBefore = await active();
  for (const service of services.filter((each) => !refused.includes(each))) {
    assert.ok(restarted.includes(service), `the plan restarts ${service}: ${restarted.join(' ')}`);
  }
  const { stdout: cursor } = await guest.enter(['journalctl', '--lines=0', '--show-cursor']);
  const since = `--after-cursor=${/^-- cursor: (.*)$/m.exec(cursor)?.[1]}`;
  const failures: string[] = [];
  for (const { argv } of actions) {
    if (argv === null) continue;
    const { status, stderr } = await guest.enter(argv, { check: false, timeout: 180_000 });
    if (status === 0) continue;
    const { stdout: log } = await guest.enter(['journalctl', since, '--output=cat', '--no-pager'], { check: false });
    failures.push(`${argv.join(' ')}: ${stderr}${log}`);
  }
  assert.deepEqual(failures, []);
  const unitsWith = async (messages: readonly string[]) => {
    const ids = messages.map((id) => `MESSAGE_ID=${id}`);
    const { stdout: text } = await guest.enter(['journalctl', since, '--output=json', '_PID=1', ...ids]);
    return text
      .trim()
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { UNIT: string }).UNIT]));
  };
  // systemd refuses to start syslog.socket beside rsyslog, which listens already: no service misses it.
  const failedUnits = await unitsWith(failed);
  assert.deepEqual(
    failedUnits.filter((name) => name.endsWith('.service')),
    [],
  );
  const starts = await unitsWith([started]);
  const inPlan = actions.filter(({ action, scope }) => action === 'restart' && scope === 'system');
  for (const { unit } of inPlan) {
    // The journal does not have the start of the journal itself.
    if (unit === 'systemd-journald.service') continue;
    const repeats = inPlan.filter(({ impact }) => unit !== null && impact?.restarts_again.includes(unit));
    assert.equal(starts.filter((each) => each === unit).length, 1 + repeats.length, `${unit} starts once`);
  }
  const activeAfter = new Set(await active());
  assert.deepEqual(
    activeBefore.filter((name) => !activeAfter.has(name)),
    [],
  );
  t.diagnostic(`${restarted.length} services restarted, each once`);
});
