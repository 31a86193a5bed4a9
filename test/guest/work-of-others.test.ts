// Units that run other people's work, in a booted guest: every command of the plan is run, and the work goes on.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Action, Plan } from '../../src/documents/generated/plan.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { placeInGuest } from '../support/program.ts';
import { skip } from '../support/skip.ts';
import { until } from '../support/until.ts';
import { type AnyRelease, guestObstacle, releases } from './base.ts';
import { bootGuest, type Guest } from './guest.ts';

const program = placeInGuest('/opt/lib-users/lib-users');
const library = '/opt/work/libwork.so';

/** Boots a guest with the library, or skips the test. */
async function boot(t: TestContext, release: AnyRelease): Promise<Guest | null> {
  const obstacle = guestObstacle('unified');
  if (obstacle !== null) {
    skip(t, obstacle);
    return null;
  }
  const { binds } = program;
  const guest = await bootGuest(t, { release, cgroup: 'unified', binds });
  const copy = `mkdir -p /opt/work && cp "$(readlink -f /lib/x86_64-linux-gnu/libz.so.1)" ${library}`;
  await guest.enter(['sh', '-c', copy]);
  return guest;
}

async function replaceLibrary(guest: Guest): Promise<void> {
  await guest.enter(['sh', '-c', `cp ${library} ${library}.new && mv ${library}.new ${library}`]);
}

async function writeUnit(guest: Guest, name: string, lines: string, install = ''): Promise<void> {
  const text = `[Service]\nEnvironment=LD_PRELOAD=${library}\n${lines}\n${install}`;
  await guest.writeFile(`/etc/systemd/system/${name}`, text);
}

async function ask<T>(guest: Guest, command: 'scan' | 'plan', ...more: string[]): Promise<T> {
  return JSON.parse((await guest.exec([...program.command, command, '--format', 'json', ...more])).stdout) as T;
}

/** Does the work of a playbook. */
async function carryOut(guest: Guest, { actions }: Plan): Promise<void> {
  for (const { argv } of actions) if (argv !== null) await guest.enter(argv);
}

const outcome = ({ action, unit, blocked_by, policy }: Action) => [action, unit, blocked_by ?? policy?.rule ?? null];

/** The pids of the processes whose whole command line this is, as one string. */
async function pidsOf(guest: Guest, command: string): Promise<string> {
  return (await guest.enter(['pgrep', '--full', '--exact', command], { check: false })).stdout.trim();
}

async function untilRuns(guest: Guest, command: string, count = 1): Promise<string> {
  const pids = async () => (await pidsOf(guest, command)).split('\n').filter(Boolean);
  await until(`${command} runs`, async () => (await pids()).length === count);
  // Preloaded by then: the command line is that of the program which has the library.
  return await pidsOf(guest, command);
}

for (const release of releases) {
  test(`${release}: jobs, builds, terminals and transient units go on, whatever else is restarted`, async (t) => {
    const guest = await boot(t, release);
    if (guest === null) return;
    const jobs = "/bin/sh -c 'sleep 5001 & sleep 5001 & sleep 5001 & exec sleep 5000'";
    await writeUnit(guest, 'slurmd.service', `ExecStart=${jobs}`);
    await writeUnit(guest, 'pbs.service', `ExecStart=${jobs.replaceAll('500', '501')}\nKillMode=process`);
    await writeUnit(
      guest,
      'cosmic-greeter.service',
      'ExecStart=sleep 5020',
      '[Install]\nAlias=display-manager.service\n',
    );
    const terminal = `python3 -c 'import pty; pty.spawn(["sleep", "5030"])'`;
    await writeUnit(guest, 'web-shell.service', `ExecStart=${terminal}`);
    const others =
      '/bin/sh -c "setpriv --reuid=1000 setsid sleep 5041 & setpriv --reuid=1001 setsid sleep 5041 & exec sleep 5040"';
    await writeUnit(guest, 'batch.service', `ExecStart=${others}`);
    // The program on the terminal does not even have the library.
    await writeUnit(
      guest,
      'console.service',
      `ExecStart=/bin/sh -c 'env -u LD_PRELOAD /root/terminal & exec sleep 5110'`,
    );
    await guest.writeFile('/root/terminal', `#!/usr/bin/python3\nimport pty\npty.spawn(["sleep", "5111"])\n`, 0o755);
    await writeUnit(guest, 'plain.service', 'ExecStart=sleep 5050');
    await writeUnit(guest, 'instance@.service', 'ExecStart=sleep 5060');
    await writeUnit(guest, 'changed.service', 'ExecStart=sleep 5070');
    await guest.enter(['systemctl', 'daemon-reload']);
    await guest.enter(['systemctl', 'enable', 'cosmic-greeter.service']);
    const units = 'slurmd pbs cosmic-greeter web-shell console batch plain instance@x changed'
      .split(' ')
      .map((name) => `${name}.service`);
    await guest.enter(['systemctl', 'start', '--', ...units]);
    await guest.enter([
      'systemd-run',
      '--unit=backup-job',
      `--setenv=LD_PRELOAD=${library}`,
      '--',
      '/usr/bin/sleep',
      '5080',
    ]);
    const before = {
      slurm: await untilRuns(guest, 'sleep 5001', 3),
      pbs: await untilRuns(guest, 'sleep 5011', 3),
      greeter: await untilRuns(guest, 'sleep 5020'),
      terminal: await untilRuns(guest, 'sleep 5030'),
      console: await untilRuns(guest, 'sleep 5111'),
      instance: await untilRuns(guest, 'sleep 5060'),
      backup: await untilRuns(guest, '/usr/bin/sleep 5080'),
    };
    const plain = await untilRuns(guest, 'sleep 5050');
    await untilRuns(guest, 'sleep 5041', 2);
    await untilRuns(guest, 'sleep 5070');
    assert.deepEqual((await ask<Plan>(guest, 'plan')).actions, [], 'clean before');

    await replaceLibrary(guest);
    await guest.enter(['rm', '/etc/systemd/system/instance@.service']);
    await guest.enter(['sh', '-c', 'echo "# more" >>/etc/systemd/system/changed.service']);
    const report = await ask<Report>(guest, 'scan');
    const shell = report.units.find(({ name }) => name === 'web-shell.service');
    assert.deepEqual(
      shell?.sessions?.map(({ name, terminal: tty }) => [name, tty?.split('/')[0] ?? null]),
      [
        ['python3', null],
        ['sleep', 'pts'],
      ],
    );
    const greeter = report.units.find(({ name }) => name === 'cosmic-greeter.service');
    assert.deepEqual(greeter?.systemd?.names, ['cosmic-greeter.service', 'display-manager.service']);
    const printed = (await guest.enter(['systemctl', '--version'])).stdout;
    assert.ok(printed.startsWith(`systemd ${report.host.systemd_version} `), 'the version is that of systemctl');

    const plan = await ask<Plan>(guest, 'plan');
    assert.deepEqual(plan.actions.map(outcome).sort(), [
      ['daemon_reload', null, null],
      ['manual', 'backup-job.service', 'transient'],
      ['manual', 'console.service', 'terminals'],
      ['manual', 'cosmic-greeter.service', 'display-manager'],
      ['manual', 'instance@x.service', 'unit_file_gone'],
      ...Array(3).fill(['manual', 'pbs.service', 'outlives_restart']),
      ['manual', 'slurmd.service', 'job-daemons'],
      ['manual', 'web-shell.service', 'terminals'],
      ['restart', 'batch.service', null],
      ['restart', 'changed.service', null],
      ['restart', 'pbs.service', null],
      ['restart', 'plain.service', null],
    ]);
    const remarks = Object.fromEntries(
      plan.actions.map(({ unit, remarks: said }) => [unit, said?.map(({ code }) => code)] as const),
    );
    assert.deepEqual(remarks['batch.service'], ['ends_sessions', 'several_users']);
    assert.deepEqual(remarks['changed.service'], ['daemon_reload_first']);
    assert.deepEqual(remarks['web-shell.service'], ['ends_sessions']);
    assert.deepEqual(remarks['console.service'], ['ends_sessions']);
    assert.deepEqual([remarks['plain.service'], remarks['slurmd.service']], [[], []]);

    await carryOut(guest, plan);
    assert.notEqual(await untilRuns(guest, 'sleep 5050'), plain, 'what is restarted was restarted');
    const after = {
      slurm: await pidsOf(guest, 'sleep 5001'),
      // The unit that was started again has three of its own.
      pbs: (await untilRuns(guest, 'sleep 5011', 6)).split('\n').slice(0, 3).join('\n'),
      greeter: await pidsOf(guest, 'sleep 5020'),
      terminal: await pidsOf(guest, 'sleep 5030'),
      console: await pidsOf(guest, 'sleep 5111'),
      instance: await pidsOf(guest, 'sleep 5060'),
      backup: await pidsOf(guest, '/usr/bin/sleep 5080'),
    };
    assert.deepEqual(after, before);
    const left = await ask<Plan>(guest, 'plan');
    assert.deepEqual(left.services, []);

    // An alias says the same as the name, to every command.
    const byAlias = await ask<Report>(guest, 'scan', '--unit', 'display-manager.service');
    assert.deepEqual(
      byAlias.units.map(({ name }) => name),
      ['cosmic-greeter.service'],
    );
    const gate = [...program.command, 'check', '--format', 'json', '--unit', 'display-manager.service'];
    assert.equal((await guest.exec(gate, { check: false })).status, 5);

    // The user's word is the last.
    const rules = [
      '{unit: backup-job.service, action: restart, reason: it may begin anew}',
      '{unit: display-manager.service, action: restart, reason: nobody is there}',
    ];
    const config = `kind: lib-users/config\nschema_version: 1.0.0\npolicy:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;
    await guest.writeFile('/root/policy.yaml', config);
    const told = await ask<Plan>(guest, 'plan', '--config', '/root/policy.yaml');
    assert.deepEqual(told.services, ['backup-job.service', 'cosmic-greeter.service']);
    await carryOut(guest, told);
    await until(
      'the job was begun anew',
      async () => !['', before.backup].includes(await pidsOf(guest, '/usr/bin/sleep 5080')),
    );
  });
}

const userReleases: readonly (readonly [AnyRelease, program: string])[] = [
  ['bullseye', 'setpriv'],
  ['bookworm', 'systemctl'],
];
for (const [release, first] of userReleases) {
  test(`${release}: the manager and the services of a user are reached by what the plan says`, async (t) => {
    const guest = await boot(t, release);
    if (guest === null) return;
    const service = `[Service]\nEnvironment=LD_PRELOAD=${library}\nExecStart=sleep 5090\nExecReload=true\n`;
    await guest.writeFile('/etc/systemd/user/app.service', `${service}[Install]\nWantedBy=default.target\n`);
    // The manager itself has the library as well.
    const preloaded = `[Service]\nEnvironment=LD_PRELOAD=${library}\n`;
    await guest.writeFile('/etc/systemd/system/user@.service.d/preload.conf', preloaded);
    await guest.enter(['systemctl', '--global', 'enable', 'app.service']);
    await guest.enter(['systemctl', 'daemon-reload']);
    await guest.exec(['loginctl', 'enable-linger', 'alice']);
    await guest.enter(['systemctl', 'start', 'user@1000.service']);
    const before = await untilRuns(guest, 'sleep 5090');
    assert.deepEqual((await ask<Plan>(guest, 'plan')).actions, [], 'clean before');
    await replaceLibrary(guest);

    const report = await ask<Report>(guest, 'scan');
    const said = (await guest.enter(['systemctl', '--version'])).stdout;
    assert.equal(report.host.systemd_version, Number(/\d+/.exec(said)?.[0]));
    const plan = await ask<Plan>(guest, 'plan');
    const done = plan.actions.filter(({ argv }) => argv !== null);
    assert.deepEqual(
      done.map(({ action, unit, user, argv }) => [action, unit, user?.uid, argv?.[0]]),
      [
        ['reexec_user_manager', 'user@1000.service', 1000, first],
        ['restart', 'app.service', 1000, first],
      ],
    );
    await carryOut(guest, plan);
    await until(
      'the service has another process',
      async () => !['', before].includes(await pidsOf(guest, 'sleep 5090')),
    );
    await until('nothing but the helper is left', async () => {
      const { actions } = await ask<Plan>(guest, 'plan');
      return actions.every(({ process: one }) => one?.name === '(sd-pam)');
    });
  });
}
