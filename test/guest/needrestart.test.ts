// Services in interpreted languages, and the same changes to all of them: lib-users and needrestart say what docs/comparison.md has in its
// table. It takes several minutes and wants the network for its packages, so that it is run on request; NEEDRESTART names the releases:
// NEEDRESTART=bookworm,trixie node scripts/test.mjs test/guest/needrestart.test.ts

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report, Unit } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { skip } from '../support/skip.ts';
import { guestBase, guestObstacle, type Release, releases } from './base.ts';
import { Guest } from './guest.ts';
import { run } from './run.ts';

const { binds, command } = placeInGuest('/opt/lib-users/lib-users');

interface Service {
  unit: string;
  /** The script or archive that the service runs, or its module. */
  file: string;
  /** null: no package has the file. Packages that are made here begin with nr-. */
  owner: string | null;
  /** ExecStart= of a unit that is made here. */
  start?: string;
  /** The text of a file that is made here. */
  text?: string;
}

const python = 'import signal\nsignal.pause()\n';
const services: Readonly<Record<string, Service>> = {
  'fail2ban (Python)': { unit: 'fail2ban', file: '/usr/bin/fail2ban-server', owner: 'fail2ban' },
  'unattended-upgrades (Python)': {
    unit: 'unattended-upgrades',
    file: '/usr/share/unattended-upgrades/unattended-upgrade-shutdown',
    owner: 'unattended-upgrades',
  },
  'supervisor (Python)': { unit: 'supervisor', file: '/usr/bin/supervisord', owner: 'supervisor' },
  'python3 -m': {
    unit: 'nr-module',
    file: '/usr/lib/python3/dist-packages/nr_module.py',
    owner: 'nr-module',
    start: '/usr/bin/python3 -m nr_module',
    text: python,
  },
  'script of a venv': {
    unit: 'nr-venv',
    file: '/srv/venv/bin/app',
    owner: null,
    start: '/srv/venv/bin/app',
    text: `#!/srv/venv/bin/python\n${python}`,
  },
  'module in a venv': {
    unit: 'nr-site',
    file: '/srv/site/lib/python3/site-packages/nr_site.py',
    owner: null,
    start: '/srv/site/bin/python -m nr_site',
    text: python,
  },
  'module beside the script': {
    unit: 'nr-beside',
    file: '/srv/beside/part.py',
    owner: null,
    start: '/usr/bin/python3 /srv/beside/main.py',
    text: python,
  },
  'munin-node (Perl)': { unit: 'munin-node', file: '/usr/sbin/munin-node', owner: 'munin-node' },
  'spamd (Perl)': { unit: 'spamd', file: '/usr/sbin/spamd', owner: 'spamd' },
  'puma (Ruby)': {
    unit: 'nr-puma',
    file: '/usr/bin/puma',
    owner: 'puma',
    start: '/usr/bin/puma --bind unix:///run/nr-puma.sock /srv/puma/config.ru',
  },
  'Ruby script': {
    unit: 'nr-ruby',
    file: '/usr/bin/nr-ruby',
    owner: 'nr-ruby',
    start: '/usr/bin/nr-ruby',
    text: '#!/usr/bin/ruby\nsleep\n',
  },
  'http-server (Node)': {
    unit: 'nr-node',
    file: '/usr/share/nodejs/http-server/bin/http-server',
    owner: 'node-http-server',
    start: '/usr/bin/http-server -p 8099 /srv/php',
  },
  'Tcl script': {
    unit: 'nr-tcl',
    file: '/usr/share/nr-tcl/main.tcl',
    owner: 'nr-tcl',
    start: '/usr/bin/tclsh /usr/share/nr-tcl/main.tcl',
    text: 'vwait forever\n',
  },
  'Lua script': {
    unit: 'nr-lua',
    file: '/usr/bin/nr-lua',
    owner: 'nr-lua',
    start: '/usr/bin/nr-lua',
    text: '#!/usr/bin/lua5.4\nio.popen("sleep infinity"):read()\n',
  },
  'shell script': {
    unit: 'nr-shell',
    file: '/usr/bin/nr-shell',
    owner: 'nr-shell',
    start: '/usr/bin/nr-shell',
    text: '#!/bin/bash\nwhile :; do sleep 60; done\n',
  },
  'jar (Java)': {
    unit: 'nr-java',
    file: '/usr/share/java/bsh-2.0b4.jar',
    owner: 'libbsh-java',
    start: '/usr/bin/java -cp /usr/share/java/bsh-2.0b4.jar bsh.Interpreter /srv/java/sleep.bsh',
  },
  'tomcat10 (Java)': { unit: 'tomcat10', file: '/usr/share/tomcat10/bin/bootstrap.jar', owner: 'tomcat10-common' },
  'PHP-FPM (up to date in each case)': {
    unit: 'nr-php',
    file: '/usr/share/nr-php/index.php',
    owner: 'nr-php',
    start: '/usr/local/sbin/php-fpm --nodaemonize --fpm-config /srv/php/fpm.conf',
    text: '<?php\n',
  },
};

const packages = `needrestart fail2ban python3-systemd unattended-upgrades supervisor munin-node spamd puma python3-venv
default-jre-headless libbsh-java tomcat10 php-fpm node-http-server node-opener tcl lua5.4`;
const debs = Object.values(services).flatMap(({ owner }) => (owner === null || owner.startsWith('nr-') ? [] : [owner]));

/** Shell commands for a file of a package and for one of none. $1: the file, $2: its package, $3: the unit. */
interface Change {
  packaged: string;
  unpackaged: string;
}

const modes = 'chmod 700 $1; chown daemon $1; chown root $1; chmod 755 $1';
// An empty line changes nothing in any of the languages.
const edit = 'echo >>$1';
const rewrite = 'cp $1 $1.new; echo >>$1.new; mv $1.new $1';
/** In the order of the columns of the table. /root/new and /root/newer have the next two versions of each package. */
const changes: Readonly<Record<string, Change>> = {
  'chmod, chown': { packaged: modes, unpackaged: modes },
  'same version again': { packaged: 'dpkg --install /root/debs/$2_*.deb', unpackaged: 'cp -p $1 $1.new; mv $1.new $1' },
  upgrade: { packaged: 'dpkg --install /root/new/$2.deb', unpackaged: rewrite },
  'edited in place': { packaged: edit, unpackaged: edit },
};
/** Packages may restart their services, as on most hosts. */
const restarting: Change = {
  packaged: 'mv /usr/sbin/policy-rc.d /root; dpkg --install /root/newer/$2.deb; mv /root/policy-rc.d /usr/sbin',
  unpackaged: `${rewrite}; systemctl restart $3`,
};

const settings = `
printf '[sshd]\\nenabled = false\\n' >/etc/fail2ban/jail.d/zz.conf
python3 -m venv --without-pip /srv/venv; python3 -m venv --without-pip /srv/site
mkdir -p /srv/beside /srv/puma /srv/java /srv/php
ln -s /usr/sbin/php-fpm8.* /usr/local/sbin/php-fpm
printf '[www]\\nuser = nobody\\nlisten = /run/nr-php.sock\\npm = static\\npm.max_children = 1\\n' >/srv/php/fpm.conf
ln -s "$(basename /srv/site/lib/python3.*)" /srv/site/lib/python3
echo 'import part' >/srv/beside/main.py
echo 'run ->(env) { [200, {}, []] }' >/srv/puma/config.ru
echo 'Thread.sleep(100000000L);' >/srv/java/sleep.bsh
rm -f /etc/cron.d/* /etc/cron.daily/*`;

/** Makes the .deb files of the next two versions of a package, whose file is another one. $1: the file, $2: the package. */
const repack = `
set -e
for way in new newer; do
  mkdir -p /root/$way
  dpkg-deb -R /root/debs/$2_*.deb /root/$way/$2
  sed -i "s/^Version: .*/&+$way/" /root/$way/$2/DEBIAN/control
  echo >>/root/$way/$2$1
  dpkg-deb --root-owner-group -b /root/$way/$2 /root/$way/$2.deb
  rm -r /root/$way/$2
done`;

/** Makes the first version of a package that is made here. */
const pack = `
set -e
mkdir -p /root/own/$2/DEBIAN
printf 'Package: %s\\nVersion: 1\\nArchitecture: all\\nMaintainer: A <a@example.org>\\nDescription: x\\n' $2 >/root/own/$2/DEBIAN/control
printf '#!/bin/sh\\n[ ! -e /usr/sbin/policy-rc.d ] && systemctl try-restart %s || :\\n' $2 >/root/own/$2/DEBIAN/postinst
chmod 755 /root/own/$2/DEBIAN/postinst
dpkg-deb --root-owner-group -b /root/own/$2 /root/debs/$2_1.deb
dpkg --install /root/debs/$2_1.deb`;

async function prepare(guest: Guest): Promise<void> {
  const sh = (script: string, ...args: string[]) =>
    guest.exec(['sh', '-c', script, 'sh', ...args], { timeout: 600_000 });
  await sh(settings);
  for (const { unit, file, owner, start, text } of Object.values(services)) {
    if (start) await guest.writeFile(`/etc/systemd/system/${unit}.service`, `[Service]\nExecStart=${start}\n`);
    const isOwn = owner?.startsWith('nr-');
    if (text) await guest.writeFile(isOwn ? `/root/own/${owner}${file}` : file, text, 0o755);
    if (isOwn) await sh(pack, file, owner!);
    if (owner) await sh(repack, file, owner);
  }
}

const units = Object.values(services).map(({ unit }) => `${unit}.service`);

async function mainPids(guest: Guest): Promise<string[]> {
  const { stdout } = await guest.enter(['systemctl', 'show', '--value', '--property=MainPID', ...units]);
  return stdout.split('\n').filter(Boolean);
}

/** The short word for what lib-users says of a unit. */
function told(unit: Unit | undefined): string {
  if (unit === undefined) return '–';
  const words = [
    ...unit.files.filter(({ role }) => role === 'code').map(() => 'gone'),
    ...(unit.outdated ?? []).map(({ confidence }) => confidence),
  ];
  return ['gone', 'certain', 'likely', 'possible'].find((word) => words.includes(word)) ?? '–';
}

/** One service after one change: whether needrestart flags it, and the word of lib-users. */
interface Answer {
  flagged: boolean;
  word: string;
  /** Whether its package has restarted it. */
  restarted: boolean;
}

async function tryChange(guest: Guest, change: Change): Promise<Answer[]> {
  const restart = 'systemctl reset-failed; systemctl restart "$@"; sleep 4';
  await guest.enter(['sh', '-c', restart, 'sh', ...units], { timeout: 300_000 });
  const before = await mainPids(guest);
  assert.ok(before.length === units.length && !before.includes('0'), `a service does not run: ${before.join()}`);
  for (const { unit, file, owner } of Object.values(services)) {
    const script = owner === null ? change.unpackaged : change.packaged;
    await guest.exec(['sh', '-ec', script, 'sh', file, owner ?? '', unit], { timeout: 300_000 });
  }
  await guest.enter(['sleep', '1']);
  const after = await mainPids(guest);
  const { stdout } = await guest.exec(['needrestart', '-b', '-r', 'l', '-l'], { check: false, timeout: 300_000 });
  const flagged = new Set(stdout.split('\n').map((line) => line.replace('NEEDRESTART-SVC: ', '')));
  const scan = [...command, 'scan', '--no-config', '--possible', '--format', 'json'];
  const report = JSON.parse((await guest.exec(scan)).stdout) as Report;
  return units.map((name, index) => ({
    flagged: flagged.has(name),
    word: told(report.units.find((unit) => unit.name === name)),
    restarted: before[index] !== after[index],
  }));
}

/** The needrestart of each release. Some rows of the table are of one only. */
const versions = { bookworm: '3.6', trixie: '3.11' } as const;

/** The rows of the table in docs/comparison.md for one release, without the stars that mark wrong answers. */
function documentedRows(release: Release): string[] {
  const page = readFileSync(join(projectRoot, 'docs/comparison.md'), 'utf8').replaceAll('**', '');
  const section = page.split('## Interpreted code, side by side')[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').map((line) => line.replace(` (needrestart ${versions[release]}) |`, ' |'));
  return lines.filter((line) => Object.keys(services).some((name) => line.startsWith(`| ${name} |`)));
}

const isWanted = (release: string) => (process.env.NEEDRESTART ?? '').split(',').includes(release);

for (const release of releases) {
  test(`needrestart of ${release} and lib-users on interpreted code`, async (t) => {
    if (!isWanted(release)) return t.skip(`takes several minutes and the network: NEEDRESTART=${release}`);
    const obstacle = guestObstacle('unified');
    if (obstacle !== null) return skip(t, obstacle);
    const { tree: base, key } = guestBase(release);
    const folder = mkdtempSync('/var/tmp/lib-users-needrestart-');
    t.after(() => rmSync(folder, { recursive: true }));
    const tree = join(folder, 'tree');
    const make = ['sh', join(projectRoot, 'test/guest/tree-with-packages.sh'), base, tree, packages, ...debs];
    await run(['unshare', '--mount', '--propagation', 'private', '--', ...make], { timeout: 1_800_000 });

    const name = `lib-users-needrestart-${process.pid}`;
    const guest = new Guest(name, key, mkdtempSync(join(tmpdir(), `${name}-`)));
    t.after(() => guest.stop());
    guest.launch(tree, { release, cgroup: 'unified', copy: true, binds });
    await guest.untilBooted(null);
    await prepare(guest);
    const answers: Answer[][] = [];
    for (const change of Object.values(changes)) answers.push(await tryChange(guest, change));
    const cells = answers.map((each) => each.map(({ flagged, word }) => `${flagged ? 'flagged' : '–'} / ${word}`));
    const rows = Object.keys(services).map((name, at) => `| ${[name, ...cells.map((each) => each[at])].join(' | ')} |`);
    assert.deepEqual(rows, documentedRows(release));

    // A service that its package has restarted is up to date, and each other one is found as if it were upgraded.
    const upgraded = answers[Object.keys(changes).indexOf('upgrade')]!;
    const left = await tryChange(guest, restarting);
    for (const [at, { flagged, word, restarted }] of left.entries()) {
      const expected = restarted
        ? { flagged: false, word: '–' }
        : { flagged: upgraded[at]!.flagged, word: upgraded[at]!.word };
      assert.deepEqual({ flagged, word }, expected, units[at]);
    }
    assert.ok(left.filter(({ restarted }) => restarted).length > 6);
  });
}
