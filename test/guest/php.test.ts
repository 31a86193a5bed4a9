// PHP of Debian, as a service, as PHP-FPM and in Apache, and upgrades of a package with its scripts. What is said is compared with what
// PHP really runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutdatedUnknown, Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle, releases } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const { binds, command } = placeInGuest('/opt/lib-users/lib-users');
const folder = '/usr/share/old-php';

/** Installs the package in a version. Each version gives its scripts another time, because that is what PHP looks at. */
async function install(guest: Guest, version: number): Promise<void> {
  const root = '/root/old-php';
  const control = `Package: old-php\nVersion: ${version}\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n`;
  await guest.writeFile(`${root}/DEBIAN/control`, control);
  await guest.writeFile(`${root}${folder}/preloaded.php`, `<?php function preloaded() { return ${version}; }\n`);
  const page = `<?php echo ${version}, ' ', function_exists('preloaded') ? preloaded() : '-';\n`;
  await guest.writeFile(`${root}${folder}/page.php`, page);
  await guest.writeFile(`${root}${folder}/worker.php`, `<?php while (true) sleep(60); # ${version}\n`);
  const unit = `[Service]\nExecStart=/usr/bin/php ${folder}/worker.php\n`;
  await guest.writeFile(`${root}/usr/lib/systemd/system/old-worker.service`, unit);
  const build = `set -e; find ${root} -exec touch -h -d 2026-01-0${version}T10:00:00Z {} +
dpkg-deb --root-owner-group --build ${root} ${root}.deb; dpkg -i ${root}.deb; systemctl daemon-reload`;
  await guest.exec(['sh', '-c', build]);
}

for (const release of releases) {
  test(`PHP of ${release}`, { timeout: 900_000 }, async (t) => {
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const guest = await bootGuest(t, { release, cgroup: 'unified', copy: true, binds });
    const apt = 'apt-get -q -y install --no-install-recommends php-fpm php-cli libapache2-mod-php libfcgi-bin';
    await guest.exec(['sh', '-c', `DEBIAN_FRONTEND=noninteractive ${apt}`], { timeout: 300_000 });
    const { stdout: php } = await guest.exec(['php', '-r', 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;']);
    const fpm = `php${php}-fpm.service`;
    const systemctl = (...args: string[]) => guest.enter(['systemctl', ...args]);
    const conf = (text: string) => guest.writeFile(`/etc/php/${php}/fpm/conf.d/99-own.ini`, text);
    const restart = async (...units: string[]) => {
      await systemctl('restart', ...units);
      // A file that is born within two seconds of a start may have been there before.
      await guest.enter(['sleep', '3']);
    };
    let version = 1;
    const upgrade = async () => {
      await install(guest, ++version);
      // PHP looks again after two seconds.
      await guest.enter(['sleep', '3']);
    };
    /** The versions of the page and of the preloaded script that PHP-FPM runs. */
    const runs = async () => {
      const request = `SCRIPT_FILENAME=${folder}/page.php SCRIPT_NAME=/page.php REQUEST_METHOD=GET`;
      const ask = `env ${request} cgi-fcgi -bind -connect /run/php/php${php}-fpm.sock | tail -n 1`;
      return (await guest.exec(['sh', '-c', ask])).stdout.trim();
    };
    /** By unit, what is gone and what is outdated in it; and the reasons for which nothing is known of PHP. */
    const scan = async () => {
      const answer = await guest.exec([...command, 'scan', '--no-config', '--format', 'json'], { check: false });
      const report = JSON.parse(answer.stdout) as Report;
      const units = report.units.flatMap(({ name, files, outdated = [] }) => [
        // The lock of the opcache is a file that PHP-FPM has removed itself.
        ...files.filter(({ role }) => role !== 'scratch').map(({ path, role, state }) => [name, state, role, path]),
        ...outdated.map(({ confidence, evidence, language, path, package: owner, pids }) => [
          ...[name, confidence, evidence.join(), language, path],
          ...[`${owner?.running_version} -> ${owner?.version}`, pids.length],
        ]),
      ]);
      const asked: OutdatedUnknown['because'][] = ['opcache_frozen', 'settings_unknown', 'reloaded'];
      const unknown = (report.scan.outdated?.unknown ?? []).filter(({ because }) => asked.includes(because));
      return [...units, ...unknown.map(({ because, processes }) => [because, processes])];
    };
    const both = 'script_reborn,package_upgraded';
    const likely = (from: number) => [
      [fpm, 'likely', both, 'php', `${folder}/preloaded.php`, `${from} -> ${from + 1}`, 3],
    ];

    await install(guest, 1);
    await restart('old-worker', fpm);
    assert.equal(await runs(), '1 -');
    await upgrade();
    assert.equal(await runs(), '2 -', 'as it is installed, PHP-FPM looks');
    const worker = ['old-worker.service', 'replaced', 'code', `${folder}/worker.php`];
    assert.deepEqual(await scan(), [worker], 'PHP on its own keeps its script open');
    await systemctl('stop', 'old-worker');

    await conf(`opcache.preload=${folder}/preloaded.php\nopcache.preload_user=www-data\n`);
    assert.deepEqual(await scan(), [['settings_unknown', 3]], 'it began with other settings');
    await restart(fpm);
    await guest.exec(['chmod', '600', `${folder}/preloaded.php`]);
    await guest.exec(['chmod', '644', `${folder}/preloaded.php`]);
    assert.deepEqual(await scan(), [['opcache_frozen', 3]], 'what it preloaded with this script is not known');
    await install(guest, version);
    assert.deepEqual(await scan(), [['opcache_frozen', 3]], 'the same version again');
    await upgrade();
    assert.equal(await runs(), '3 2', 'it does not look at what it preloads');
    assert.deepEqual(await scan(), likely(2));
    const workers = `/sys/fs/cgroup/system.slice/${fpm}/cgroup.procs`;
    await guest.exec(['sh', '-c', `kill $(tail -n 1 ${workers}); sleep 2; test $(wc -l <${workers}) = 3`]);
    assert.equal(await runs(), '3 2', 'a new worker has what was preloaded');
    assert.deepEqual(await scan(), likely(2));
    await systemctl('reload', fpm);
    await guest.enter(['sleep', '1']);
    assert.equal(await runs(), '3 3');
    assert.deepEqual(await scan(), [['reloaded', 3]]);

    await restart(fpm);
    await upgrade();
    assert.deepEqual(await scan(), likely(3));
    await systemctl('kill', '--kill-who=main', '--signal=USR2', fpm);
    await guest.enter(['sleep', '1']);
    assert.equal(await runs(), '4 4', 'it executed itself anew, and systemd does not know');
    assert.deepEqual(await scan(), [['reloaded', 3]]);

    await conf('opcache.validate_timestamps=0\n');
    await restart(fpm);
    assert.equal(await runs(), '4 -');
    await upgrade();
    assert.equal(await runs(), '4 -', 'it does not look');
    assert.deepEqual(await scan(), [['opcache_frozen', 3]]);
    const pool = `/etc/php/${php}/fpm/pool.d/www.conf`;
    await guest.exec(['sh', '-c', `echo 'php_admin_value[opcache.validate_timestamps] = 1' >>${pool}`]);
    await restart(fpm);
    await upgrade();
    assert.equal(await runs(), '6 -', 'its pool says that it looks');
    assert.deepEqual(await scan(), []);
    await systemctl('stop', fpm);

    await systemctl('start', 'apache2');
    await guest.enter(['sleep', '3']);
    assert.deepEqual(await scan(), []);
    await guest.writeFile(`/etc/php/${php}/apache2/conf.d/99-own.ini`, 'opcache.validate_timestamps=0\n');
    await restart('apache2');
    assert.deepEqual(await scan(), [['opcache_frozen', 6]]);
    await guest.exec(['ln', '-s', '/dev/null', '/etc/apache2/mods-enabled/php4.0.load']);
    assert.deepEqual(await scan(), [['settings_unknown', 6]], 'it may load either');
  });
}
