// Services of interpreters, each with a package of its own, and one change to each: upgraded, installed again, touched, edited, restarted.
// Only what was upgraded is outdated, and only a policy that says so restarts it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drift } from '../../src/documents/generated/drift.ts';
import type { Plan } from '../../src/documents/generated/plan.ts';
import type { Outdated, Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { guestObstacle } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const { binds, command } = placeInGuest('/opt/lib-users/lib-users');

interface Service {
  /** Where the script is, and what it says. */
  script: string;
  text: string;
  /** ExecStart=, if it is not the script. */
  start?: string;
  /** More lines of [Service]. */
  more?: string;
  /** Depends: of its package. */
  depends?: string;
  /** The program of its package that runs after an installation. */
  postinst?: string;
  /** The version that is installed over it; null for none. */
  version: string | null;
  /** A command that changes it. $1 is its name, and $2 its script. */
  change?: string;
}

const python = '#!/usr/bin/env python3\nimport signal\nsignal.pause()\n';
const perl = '#!/usr/bin/perl\nsleep 60 while 1;\n';
const shell = '#!/bin/sh\nwhile :; do sleep 60; done\n';
const anew =
  '#!/usr/bin/python3\nimport os, signal, sys\nsignal.signal(1, lambda *_: os.execv(sys.executable, [sys.executable, *sys.argv]))\nwhile True: signal.pause()\n';
const own = (name: string) => `/usr/bin/old-${name}`;

const services: Readonly<Record<string, Service>> = {
  upgraded: { script: own('upgraded'), text: python, version: '1.0-2' },
  forking: {
    script: own('forking'),
    text: '#!/usr/bin/python3\nimport os, signal\nos.fork()\nsignal.pause()\n',
    version: '1.0-2',
  },
  perl: { script: own('perl'), text: perl, start: `${own('perl')} --foreground $ARGS`, version: '1.0-2' },
  module: {
    script: '/usr/lib/python3/dist-packages/old_module.py',
    text: python,
    start: '/usr/bin/python3 -u -m old_module',
    version: '1.0-2',
  },
  argument: {
    script: '/usr/share/old-argument/run.py',
    text: python,
    start: '/usr/bin/python3 -W ignore /usr/share/old-argument/run.py --daemon',
    version: '1.0-2',
  },
  relative: {
    script: '/usr/share/old-relative/run.py',
    text: python,
    start: '/usr/bin/python3 run.py',
    more: 'WorkingDirectory=/usr/share/old-relative',
    version: '1.0-2',
  },
  policy: { script: own('policy'), text: python, version: '1.0-2' },
  again: { script: own('again'), text: python, version: '1.0-1' },
  restarted: { script: own('restarted'), text: python, version: '1.0-2', change: 'systemctl restart old-$1' },
  touched: {
    script: own('touched'),
    text: python,
    version: null,
    change: 'chmod 700 $2; chown daemon $2; chown root $2; chmod 755 $2',
  },
  edited: { script: own('edited'), text: python, version: null, change: 'echo pass >>$2' },
  replaced: { script: own('replaced'), text: python, version: null, change: 'sed -i "\\$a pass" $2' },
  rewritten: { script: own('rewritten'), text: python, version: null, change: 'sed -i s/x/x/ $2' },
  // The package's own programs have ended three seconds before.
  corrected: {
    ...{ script: own('corrected'), text: python, version: '1.0-1' },
    change: 'sleep 4; sed -i "\\$a pass" $2',
  },
  amended: { ...{ script: own('amended'), text: python, version: '1.0-1' }, change: 'sleep 4; echo pass >>$2' },
  adapting: {
    ...{ script: own('adapting'), text: python, version: '1.0-1' },
    postinst: `#!/bin/sh\nsleep 3\nsed -i '$a pass' ${own('adapting')}\n`,
  },
  undigested: {
    script: own('undigested'),
    text: python,
    version: null,
    change: 'rm /var/lib/dpkg/info/old-$1.md5sums; sed -i s/x/x/ $2',
  },
  wrapped: {
    script: own('wrapped'),
    text: '#!/bin/sh\nexec python3 -c "import signal; signal.pause()"\n',
    version: '1.0-2',
  },
  reloaded: {
    script: own('reloaded'),
    text: anew,
    more: 'ExecReload=/bin/kill -HUP $MAINPID',
    version: '1.0-2',
    change: 'systemctl reload old-$1',
  },
  shell: { script: own('shell'), text: shell, version: '1.0-2' },
  dependent: { script: own('dependent'), text: python, depends: 'python3-old', version: null },
  chrooted: { script: own('chrooted'), text: python, more: 'BindReadOnlyPaths=/etc', version: '1.0-2' },
};

/** Not in any package: its script is replaced by another file of the same name. */
const unowned: Service = {
  ...{ script: '/opt/old/unowned.py', text: python, version: null },
  change: 'cp $2 $2.new; mv $2.new $2',
};

function controlOf(name: string, version: string, depends = ''): string {
  const needs = depends && `Depends: ${depends}\n`;
  return `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n${needs}`;
}

/** A library without files, on which the service `dependent` depends. */
async function installLibrary(guest: Guest, version: string): Promise<void> {
  await guest.writeFile('/root/library/DEBIAN/control', controlOf('python3-old', version));
  await guest.exec(['sh', '-c', 'dpkg-deb --root-owner-group --build /root/library /root/l.deb; dpkg -i /root/l.deb']);
}

async function install(guest: Guest, name: string, service: Service, version: string): Promise<void> {
  const { script, text, start = script, more = '', depends, postinst } = service;
  const root = `/root/old-${name}`;
  const control = controlOf(`old-${name}`, version, depends);
  await guest.writeFile(`${root}/DEBIAN/control`, control);
  await guest.writeFile(`${root}${script}`, `${text}# ${version}\n`, 0o755);
  if (postinst) await guest.writeFile(`${root}/DEBIAN/postinst`, postinst, 0o755);
  const unit = `[Service]\nExecStart=${start}\n${more}\n`;
  await guest.writeFile(`${root}/usr/lib/systemd/system/old-${name}.service`, unit);
  const build = `set -e; find ${root} -exec touch -h -d 2026-01-05T10:00:00Z {} +
dpkg-deb --root-owner-group --build ${root} ${root}.deb; dpkg -i ${root}.deb; systemctl daemon-reload`;
  await guest.exec(['sh', '-c', build]);
}

type Run = (...args: string[]) => Promise<unknown>;

/** By service: the confidence, evidence, versions and number of processes of what is outdated in it. */
function told({ units }: Report): Record<string, unknown[]> {
  const entries = units.flatMap(({ name, outdated = [] }): [string, unknown[]][] => {
    const service = /^old-(.*)\.service$/.exec(name)?.[1];
    return service === undefined || outdated.length === 0 ? [] : [[service, outdated.map(tell)]];
  });
  return Object.fromEntries(entries.sort());
}

function tell({ confidence, evidence, language, path, package: owner, pids }: Outdated): unknown {
  const versions = owner && [owner.running_version, owner.version];
  return [confidence, evidence.join(), language, path, versions?.join(' -> ') ?? null, pids.length];
}

test('services whose scripts are replaced, on files that know their births', { timeout: 600_000 }, async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', copy: true, binds });
  const run: Run = async (...args) => {
    const { stdout } = await guest.exec([...command, ...args, '--format', 'json'], { check: false });
    return JSON.parse(stdout);
  };
  await installLibrary(guest, '3.0-1');
  for (const [name, service] of Object.entries(services)) await install(guest, name, service, '1.0-1');
  const { script, text } = unowned;
  await guest.writeFile(script, text, 0o755);
  const unit = `[Service]\nExecStart=${script}\n`;
  await guest.writeFile('/etc/systemd/system/old-unowned.service', unit);
  await guest.enter(['systemctl', 'daemon-reload']);
  const all = { ...services, unowned };
  await guest.enter(['systemctl', 'start', ...Object.keys(all).map((name) => `old-${name}`)]);
  assert.deepEqual(told((await run('scan', '--no-config')) as Report), {}, 'nothing has changed yet');

  // A file that is born within two seconds of a start may have been there before.
  await guest.enter(['sleep', '3']);
  for (const [name, service] of Object.entries(all)) {
    if (service.version !== null) await install(guest, name, service, service.version);
    if (service.change) await guest.exec(['sh', '-c', service.change, 'sh', name, service.script]);
  }
  await installLibrary(guest, '3.0-2');

  const report = (await run('scan', '--no-config', '--fixes')) as Report;
  const both = 'script_reborn,package_upgraded';
  const upgrade = (name: string, language = 'python', processes = 1) => [
    ['likely', both, language, services[name]!.script, '1.0-1 -> 1.0-2', processes],
  ];
  const byHand = (name: string) => [
    ['likely', 'script_reborn,content_changed', 'python', own(name), '1.0-1 -> 1.0-1', 1],
  ];
  const likely = {
    amended: byHand('amended'),
    argument: upgrade('argument'),
    corrected: byHand('corrected'),
    forking: upgrade('forking', 'python', 2),
    module: upgrade('module'),
    perl: upgrade('perl', 'perl'),
    policy: upgrade('policy'),
    relative: upgrade('relative'),
    replaced: byHand('replaced'),
    unowned: [['likely', 'script_reborn', 'python', unowned.script, null, 1]],
    upgraded: upgrade('upgraded'),
  };
  assert.deepEqual(told(report), likely);
  const unknown = new Map(report.scan.outdated?.unknown.map(({ because, processes }) => [because, processes]));
  for (const because of ['not_its_script', 'reloaded', 'own_files', 'no_digest'] as const)
    assert.equal(unknown.get(because), 1, because);
  const shellFiles = report.units.find(({ name }) => name === 'old-shell.service')?.files ?? [];
  assert.deepEqual(
    shellFiles.map(({ path, role }) => [path, role]),
    [[own('shell'), 'code']],
    'the kernel shows the script of a shell',
  );
  const inUse = report.packages?.find(({ name }) => name === 'old-upgraded');
  assert.deepEqual(
    [inUse?.running_version, inUse?.installed_version, inUse?.units.map(({ name }) => name)],
    ['1.0-1', '1.0-2', ['old-upgraded.service']],
  );
  assert.equal(report.summary.units, report.units.filter(({ files }) => files.length > 0).length);

  const hints = told((await run('scan', '--no-config', '--possible')) as Report);
  const hinted = (name: string, evidence: string) =>
    (hints[name] as unknown[][] | undefined)?.some((each) => each[0] === 'possible' && each[1] === evidence);
  assert.ok(hinted('edited', 'script_modified'), JSON.stringify(hints));
  assert.deepEqual(hints.dependent, [
    ['possible', 'dependency_upgraded', 'python', own('dependent'), '3.0-1 -> 3.0-2', 1],
  ]);
  assert.ok(hinted('reloaded', 'argv_script_reborn,package_upgraded'), JSON.stringify(hints));
  for (const name of ['again', 'adapting', 'touched', 'restarted', 'rewritten', 'wrapped', 'shell'])
    assert.equal(hints[name], undefined, name);

  const policy = { unit: 'old-policy.service', action: 'restart', inferred: 'restart', reason: 'tried by hand' };
  const config = { kind: 'lib-users/config', schema_version: '1.3.0', policy: [policy] };
  await guest.writeFile('/root/policy.yaml', JSON.stringify(config));
  const plan = (await run('plan', '--config', '/root/policy.yaml')) as Plan;
  const actions = plan.actions.filter(({ unit }) => unit?.startsWith('old-'));
  assert.deepEqual(
    actions.map(({ unit, action, blocked_by, because }) => [unit, action, blocked_by, because.map(({ code }) => code)]),
    [
      ['old-policy.service', 'restart', null, ['script_outdated']],
      ['old-shell.service', 'restart', null, ['library_replaced']],
      ...[
        'amended',
        'argument',
        'corrected',
        'forking',
        'module',
        'perl',
        'relative',
        'replaced',
        'unowned',
        'upgraded',
      ].map((name) => [`old-${name}.service`, 'manual', 'inferred', ['script_outdated']]),
    ],
  );
  assert.deepEqual(
    plan.services.filter((name) => name.startsWith('old-')),
    ['old-policy.service', 'old-shell.service'],
  );

  const counted = async (...flags: string[]) =>
    ((await run('check', '--no-config', '--unit', 'old-*', ...flags)) as Drift).findings.map(({ unit, via }) => [
      unit,
      via,
    ]);
  assert.deepEqual(await counted(), [['old-shell.service', 'fd']]);
  assert.deepEqual(
    (await counted('--inferred')).filter(([, via]) => via === 'outdated').map(([name]) => name),
    Object.keys(likely).map((name) => `old-${name}.service`),
  );

  await guest.enter(['systemctl', 'restart', ...Object.keys(all).map((name) => `old-${name}`)]);
  assert.deepEqual(told((await run('scan', '--no-config')) as Report), {}, 'a restart cures it');
});

test('on an overlay nobody knows when a script was made', { timeout: 120_000 }, async (t) => {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) return skip(t, obstacle);
  const guest = await bootGuest(t, { release: 'bookworm', cgroup: 'unified', binds });
  const service = services.upgraded!;
  await install(guest, 'upgraded', service, '1.0-1');
  await guest.enter(['systemctl', 'start', 'old-upgraded']);
  await guest.enter(['sleep', '3']);
  await install(guest, 'upgraded', service, '1.0-2');
  const { stdout } = await guest.exec([...command, 'scan', '--no-config', '--format', 'json']);
  const report = JSON.parse(stdout) as Report;
  assert.deepEqual(told(report), {});
  assert.ok(report.scan.outdated?.unknown.some(({ because }) => because === 'no_birth'));
});
