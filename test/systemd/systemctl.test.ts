// Outputs of systemctl, whole, torn and failing -> facts of units, the version, and problems.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { type Run, run } from '../../src/spawn.ts';
import { queryRelated } from '../../src/systemd/related-units.ts';
import { ownsCgroup, queryUnits, queryVersion } from '../../src/systemd/systemctl.ts';
import { affectedUnit, relatedUnit, type UnitFacts } from '../../src/systemd/unit-block.ts';

const folder = mkdtempSync(join(tmpdir(), 'systemctl-'));
after(() => rmSync(folder, { recursive: true }));

const unit: Record<string, string> = {
  LoadState: 'loaded',
  ActiveState: 'active',
  SubState: 'running',
  FragmentPath: '/lib/systemd/system/cron.service',
  Transient: 'no',
  CanStart: 'yes',
  CanStop: 'yes',
  CanReload: 'no',
  RefuseManualStart: 'no',
  RefuseManualStop: 'yes',
  NeedDaemonReload: 'no',
};
const service: Record<string, string> = {
  Type: 'simple',
  ControlPID: '0',
  MainPID: '640',
  KillMode: 'process',
  ControlGroup: '/system.slice/cron.service',
};

/** A block as systemctl prints it: the type's properties first, one line each; `null` leaves a property out. */
function block(name: string, changes: Record<string, string | null> = {}): string {
  const own = name.endsWith('.service') ? service : { KillMode: 'control-group', ControlGroup: `/x/${name}` };
  const values = { ...own, Id: name, Names: name, ...unit, ...changes };
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([property, value]) => `${property}=${value}\n`)
    .join('');
}

const facts = {
  names: ['cron.service'],
  load_state: 'loaded',
  active_state: 'active',
  sub_state: 'running',
  type: 'simple',
  main_pid: 640,
  control_pid: null,
  kill_mode: 'process',
  fragment_path: '/lib/systemd/system/cron.service',
  transient: false,
  can_start: true,
  can_stop: true,
  can_reload: false,
  refuse_manual_start: false,
  refuse_manual_stop: true,
  need_daemon_reload: false,
  dependencies: null,
  failure_action: null,
  success_action: null,
  start_limit_action: null,
  job_timeout_action: null,
  on_failure_job_mode: null,
  on_success_job_mode: null,
  survives_soft_reboot: null,
  start_limit_burst: null,
  start_limit_interval_seconds: null,
  stop_timeout_seconds: null,
  last_start_seconds: null,
  kept_descriptors: null,
  programs: [],
  files: null,
  startedUsec: null,
  controlGroup: '/system.slice/cron.service',
};
const argv = ['show', '--no-pager', `--property=${affectedUnit.properties.join(',')}`, '--'];

/** A run that gives the same answer to every call, and keeps the calls. */
function answering(stdout: string, status = 0, stderr = ''): { calls: string[][]; run: Run } {
  const calls: string[][] = [];
  const fake: Run = (file, args) => {
    calls.push([file, ...args]);
    return { kind: 'ok', status, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  };
  return { calls, run: fake };
}

function query(names: string[], stdout: string, status = 0, stderr = '') {
  return queryUnits(names, affectedUnit, answering(stdout, status, stderr).run);
}

test('queryUnits: one call, the facts by name', () => {
  const fake = answering(
    `${block('cron.service')}\n${block('session-7.scope', { Transient: 'yes', FragmentPath: '' })}`,
  );
  const answer = queryUnits(['cron.service', 'session-7.scope', 'cron.service'], affectedUnit, fake.run);
  assert.deepEqual(fake.calls, [['systemctl', ...argv, 'cron.service', 'session-7.scope']]);
  assert.equal(answer.problem, null);
  const scope = { type: null, main_pid: null, kill_mode: 'control-group', fragment_path: null, transient: true };
  assert.deepEqual(
    answer.facts,
    new Map<string, object>([
      ['cron.service', facts],
      ['session-7.scope', { ...facts, ...scope, names: ['session-7.scope'], controlGroup: '/x/session-7.scope' }],
    ]),
  );
});

test('queryUnits: nothing to ask, nobody asked', () => {
  const fake = answering('');
  const names = ['getty@.service', 'rubbish', 'a b.service', `${'x'.repeat(248)}.service`, '--help', ''];
  assert.deepEqual(queryUnits(names, affectedUnit, fake.run), { facts: new Map(), problem: null });
  assert.deepEqual(fake.calls, []);
});

const single: [name: string, unit: string, block: string, expected: Partial<typeof facts> | object | null][] = [
  [
    'a main and a control process',
    'a.service',
    block('a.service', { MainPID: '7', ControlPID: '8' }),
    { main_pid: 7, control_pid: 8 },
  ],
  [
    'no processes',
    'a.service',
    block('a.service', { MainPID: '0', ControlPID: '0' }),
    { main_pid: null, control_pid: null },
  ],
  ['no cgroup', 'a.service', block('a.service', { ControlGroup: '' }), { controlGroup: null }],
  [
    'not found',
    'a.service',
    block('a.service', { LoadState: 'not-found', Type: '', FragmentPath: '' }),
    { load_state: 'not-found', type: null, fragment_path: null },
  ],
  [
    'a value with =',
    'a.service',
    block('a.service', { FragmentPath: '/etc/a=b/=.service' }),
    { fragment_path: '/etc/a=b/=.service' },
  ],
  [
    'a path in UTF-8',
    'a.service',
    block('a.service', { FragmentPath: '/etc/café.service' }),
    { fragment_path: '/etc/café.service' },
  ],
  [
    'an alias',
    'syslog.service',
    block('rsyslog.service', { Names: 'syslog.service rsyslog.service' }),
    { names: ['rsyslog.service', 'syslog.service'] },
  ],
  [
    'a quoted name',
    'dev-disk-by\\x2did.swap',
    block('dev-disk-by\\x2did.swap', { Names: 'b.swap "dev-disk-by\\\\x2did.swap"', ControlPID: '0' }),
    { names: ['b.swap', 'dev-disk-by\\x2did.swap'] },
  ],
  [
    "a mount's Type is its file system",
    'srv.mount',
    block('srv.mount', { Type: 'ext4', ControlPID: '0' }),
    { type: null },
  ],
  [
    'a target has no processes',
    'a.target',
    block('a.target', { KillMode: null, ControlGroup: null }),
    { kill_mode: null, controlGroup: null },
  ],
  ['properties that were not asked for', 'a.service', block('a.service', { Description: 'more' }), {}],
  ['another unit', 'a.service', block('b.service'), null],
  ['another unit whose name is longer', 'a.service', block('aa.service', { Names: 'aa.service' }), null],
  ['an alias that is quoted apart', 'a.service', block('b.service', { Names: '"b.service a.service"' }), null],
  ['no Names', 'a.service', block('a.service', { Names: null }), null],
  ['half a block', 'a.service', block('a.service').slice(0, 90), null],
  ['half a block, whole lines', 'a.service', block('a.service', { NeedDaemonReload: null }), null],
  ['half a service', 'a.service', block('a.service', { KillMode: null }), null],
  ['no newline at the end', 'a.service', block('a.service').trimEnd(), null],
  ['a flag cut short', 'a.service', block('a.service', { CanStart: 'ye' }), null],
  ['a flag in another language', 'a.service', block('a.service', { CanStart: 'ja' }), null],
  ['a pid that is no number', 'a.service', block('a.service', { MainPID: '12x' }), null],
  ['a negative pid', 'a.service', block('a.service', { MainPID: '-1' }), null],
  ['an empty state', 'a.service', block('a.service', { ActiveState: '' }), null],
  ['two blocks in one', 'a.service', `${block('a.service')}${block('a.service')}`, null],
  ['a line without =', 'a.service', `Warning: something\n${block('a.service')}`, null],
  ['a line that begins with =', 'a.service', `=x\n${block('a.service')}`, null],
  ['garbage', 'a.service', '\x7fELF\x02\x01\x01\0\0\n\n\n', null],
  ['nothing', 'a.service', '', null],
];

for (const [name, asked, stdout, expected] of single) {
  test(`block: ${name}`, () => {
    const { facts: found, problem } = query([asked], stdout);
    if (expected === null) {
      assert.deepEqual(found, new Map());
      assert.equal(problem, `systemctl gave no usable answer for 1 of 1 units, the first is ${asked}`);
    } else {
      assert.equal(problem, null);
      assert.deepEqual({ ...found.get(asked), ...expected }, found.get(asked));
    }
  });
}

const [a, b, c] = ['a.service', 'b.service', 'c.service'].map((name) => block(name)) as [string, string, string];
const batches: [name: string, stdout: string, known: string[], problem: string | null][] = [
  ['all three', `${a}\n${b}\n${c}`, ['a', 'b', 'c'], null],
  ['the last is cut', `${a}\n${b}\n${c.slice(0, -3)}`, ['a', 'b'], '1 of 3 units, the first is c.service'],
  ['the last is missing', `${a}\n${b}`, ['a', 'b'], '1 of 3 units, the first is c.service'],
  ['the order is another', `${b}\n${a}\n${c}`, ['c'], '2 of 3 units, the first is a.service'],
  ['one more than asked', `${a}\n${b}\n${c}\n${a}`, ['a', 'b', 'c'], null],
  ['one in the middle is broken', `${a}\nbroken\n\n${c}`, ['a', 'c'], '1 of 3 units, the first is b.service'],
];

for (const [name, stdout, known, problem] of batches) {
  test(`batch: ${name}`, () => {
    const answer = query(['a.service', 'b.service', 'c.service'], stdout);
    assert.deepEqual(
      [...answer.facts.keys()],
      known.map((stem) => `${stem}.service`),
    );
    assert.equal(answer.problem, problem && `systemctl gave no usable answer for ${problem}`);
  });
}

test('problem: what systemctl said, its first line, cut', () => {
  const gap = 'systemctl gave no usable answer for 1 of 1 units';
  const said = 'System has not been booted with systemd as init system';
  assert.equal(query(['a.service'], '', 1, `${said}\nmore\n`).problem, `${gap} (status 1: ${said})`);
  assert.equal(query(['a.service'], '', 4).problem, `${gap} (status 4)`);
  assert.equal(query(['a.service'], '', 1, 'é'.repeat(300)).problem, `${gap} (status 1: ${'é'.repeat(200)})`);
});

test('problem: an error beside whole answers is none', () => {
  const answer = query(['a.service'], a, 1, 'something else\n');
  assert.deepEqual([answer.facts.size, answer.problem], [1, null]);
});

test('queryUnits: a long list is split, each name asked once and in order', () => {
  const names = Array.from({ length: 3000 }, (_, index) => `${'x'.repeat(90)}${index}.service`);
  const asked: string[][] = [];
  const answer = queryUnits(names, affectedUnit, (_, args) => {
    const batch = args.slice(argv.length);
    asked.push(batch);
    const stdout = Buffer.from(batch.map((name) => block(name)).join('\n'));
    return { kind: 'ok', status: 0, stdout, stderr: Buffer.alloc(0) };
  });
  assert.ok(asked.length > 1 && asked.length < 5);
  for (const batch of asked) assert.ok(batch.length > 0 && batch.join(' ').length <= 100 * 1024);
  assert.deepEqual(asked.flat(), names);
  assert.deepEqual([...answer.facts.keys()], names);
});

test('queryUnits: after a missed deadline nothing more is asked, and what is known stays', () => {
  const names = Array.from({ length: 3000 }, (_, index) => `${'x'.repeat(90)}${index}.service`);
  let calls = 0;
  const answer = queryUnits(
    names,
    affectedUnit,
    (_, args) => {
      if (++calls > 1) return { kind: 'timeout' };
      const stdout = Buffer.from(
        args
          .slice(argv.length)
          .map((name) => block(name))
          .join('\n'),
      );
      return { kind: 'ok', status: 0, stdout, stderr: Buffer.alloc(0) };
    },
    2000,
  );
  assert.equal(calls, 2);
  assert.ok(answer.facts.size > 0 && answer.facts.size < names.length);
  assert.equal(answer.problem, 'systemctl did not answer within 2 seconds');
});

/** Puts a systemctl on PATH that writes down its arguments, then runs `body`. */
function withSystemctl<T>(body: string, use: () => T): T {
  const path = join(folder, 'systemctl');
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/argv\n${body}\n`);
  chmodSync(path, 0o755);
  const before = process.env.PATH;
  process.env.PATH = `${folder}:/usr/bin:/bin`;
  try {
    return use();
  } finally {
    process.env.PATH = before;
  }
}

const programs: [name: string, body: string, known: number, problem: string | null][] = [
  ['answers', `cat ${folder}/answer`, 1, null],
  [
    'answers half',
    `head -c 150 ${folder}/answer`,
    0,
    'systemctl gave no usable answer for 1 of 1 units, the first is cron.service',
  ],
  ['answers late', `sleep 0.1; cat ${folder}/answer`, 1, null],
  ['answers too late', `cat ${folder}/answer; exec sleep 60`, 0, 'systemctl did not answer within 2 seconds'],
  ['does not answer', 'exec sleep 60', 0, 'systemctl did not answer within 2 seconds'],
  [
    'answers garbage',
    `exec head -c 100000 ${process.execPath}`,
    0,
    'systemctl gave no usable answer for 1 of 1 units, the first is cron.service',
  ],
  ['answers without end', 'exec yes Id=cron.service', 0, 'systemctl answered more than 67108864 bytes'],
  ['refuses', 'echo No bus >&2; exit 1', 0, 'systemctl gave no usable answer for 1 of 1 units (status 1: No bus)'],
  ['dies', 'kill -SEGV $$', 0, 'systemctl was ended by SIGSEGV'],
];

for (const [name, body, known, problem] of programs) {
  test(`a systemctl that ${name}`, () => {
    writeFileSync(join(folder, 'answer'), block('cron.service'));
    const deadlineMs = problem?.includes('within') ? 2000 : 60_000;
    const answer = withSystemctl(body, () => queryUnits(['cron.service'], affectedUnit, run, deadlineMs));
    assert.deepEqual(readFileSync(join(folder, 'argv'), 'utf8').trimEnd().split('\n'), [...argv, 'cron.service']);
    assert.deepEqual([answer.facts.size, answer.problem], [known, problem]);
  });
}

test('no systemctl at all', () => {
  rmSync(join(folder, 'systemctl'), { force: true });
  const before = process.env.PATH;
  process.env.PATH = folder;
  try {
    const answer = queryUnits(['cron.service'], affectedUnit, run);
    assert.deepEqual([answer.facts.size, answer.problem], [0, 'systemctl is not installed']);
  } finally {
    process.env.PATH = before;
  }
});

const versions: [name: string, stdout: string, version: number | null][] = [
  ['Debian', 'systemd 247 (247.3-7+deb11u5)\n+PAM +AUDIT +SELINUX\n', 247],
  ['RHEL 8', 'systemd 239 (239-82.el8_10.1)\n+PAM\n', 239],
  ['a build of git', 'systemd 258~rc1 (258~rc1-1)\n', 258],
  ['without more', 'systemd 219\n', 219],
  ['another program', 'systemctl 3.0 (systemctl.py)\n', null],
  ['nothing', '', null],
  ['a number beyond all bounds', `systemd ${'9'.repeat(40)}\n`, null],
];
for (const [name, stdout, version] of versions) {
  test(`version: ${name}`, () => {
    const fake = answering(stdout);
    assert.equal(queryVersion(fake.run), version);
    assert.deepEqual(fake.calls, [['systemctl', '--version']]);
  });
}
test('version: no systemctl', () =>
  assert.equal(
    queryVersion(() => ({ kind: 'missing' })),
    null,
  ));

const owners: [controlGroup: string | null, process: string | null, owns: boolean][] = [
  ['/system.slice/cron.service', '/system.slice/cron.service', true],
  ['/system.slice/cron.service', '/system.slice/cron.service/x/y', true],
  ['/system.slice/cron.service/', '/system.slice/cron.service', true],
  ['/system.slice/cron.service', '/system.slice/cron.service2', false],
  ['/system.slice/cron.service', '/system.slice', false],
  ['/system.slice/cron.service', '/lxc/web/system.slice/cron.service', false],
  ['/system.slice/cron.service', '/../system.slice/cron.service', false],
  ['/system.slice/cron.service', '/', false],
  ['/', '/system.slice/cron.service', true],
  ['/', '/', true],
  ['', '/system.slice/cron.service', false],
  ['', '', false],
  [null, '/x', false],
  ['/x', null, false],
  [null, null, false],
];

for (const [controlGroup, process, owns] of owners) {
  test(`ownsCgroup: ${controlGroup} and ${process}`, () => assert.equal(ownsCgroup(controlGroup, process), owns));
}

const noLists = {
  RequiredBy: '',
  RequisiteOf: '',
  BoundBy: '',
  ConsistsOf: '',
  PropagatesStopTo: '',
  TriggeredBy: '',
  After: '',
  ...{
    Requires: '',
    BindsTo: '',
    Requisite: '',
    Wants: '',
    Upholds: '',
    Conflicts: '',
    ConflictedBy: '',
    OnFailure: '',
    OnSuccess: '',
  },
};
const impact = {
  FailureAction: 'none',
  SuccessAction: 'none',
  StartLimitAction: 'reboot',
  JobTimeoutAction: 'none',
  OnFailureJobMode: 'replace',
  OnSuccessJobMode: 'fail',
  StartLimitBurst: '5',
  StartLimitIntervalUSec: '10s',
  TimeoutStopUSec: '1min 30s',
  InactiveExitTimestampMonotonic: '5000000',
  ActiveEnterTimestampMonotonic: '7250000',
  NFileDescriptorStore: '2',
  ...noLists,
};

test('the facts for the impact of a restart, and their units', () => {
  const { facts: found } = query(['a.service'], block('a.service', { ...impact, Type: 'notify' }));
  const { names: _, ...read } = found.get('a.service')!;
  assert.deepEqual(
    { ...read, ...{ type: 'notify', failure_action: 'none', start_limit_action: 'reboot', start_limit_burst: 5 } },
    read,
  );
  const { start_limit_interval_seconds, stop_timeout_seconds, last_start_seconds, kept_descriptors } = read;
  assert.deepEqual(
    [start_limit_interval_seconds, stop_timeout_seconds, last_start_seconds, kept_descriptors],
    [10, 90, 2.25, 2],
  );
});

for (const type of ['simple', 'exec', 'idle', 'oneshot']) {
  test(`how long the start of a ${type} service took is not known, because systemd does not wait`, () => {
    const { facts: found } = query(['a.service'], block('a.service', { ...impact, Type: type }));
    assert.equal(found.get('a.service')?.last_start_seconds, null);
  });
}

const commandOf = (path: string, mayFail = 'no') =>
  `{ path=${path} ; argv[]=${path} -g x ; y ; ignore_errors=${mayFail} ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`;
const starts: [name: string, changes: Record<string, string>, expected: (string | null)[] | null][] = [
  ['one command', { ExecStart: commandOf('/usr/sbin/nginx') }, ['/usr/sbin/nginx']],
  [
    'several lines, and a command before',
    { ExecStart: `${commandOf('/bin/a')}\nExecStart=${commandOf('/bin/b c')}`, ExecStartPre: commandOf('/bin/pre') },
    ['/bin/a', '/bin/b c', '/bin/pre'],
  ],
  [
    'a command after the start, and one that decides about it',
    { ExecStartPost: commandOf('/bin/post'), ExecCondition: commandOf('/bin/condition') },
    ['/bin/post', '/bin/condition'],
  ],
  [
    'commands that may fail, one of which is the service itself',
    { ExecStart: commandOf('/bin/a', 'yes'), ExecStartPre: commandOf('/bin/pre', 'yes') },
    ['/bin/a'],
  ],
  ['a program that systemd looks up', { ExecStart: commandOf('sleep') }, [null]],
  ['a line that is not understood', { ExecStart: '[unprintable]' }, [null]],
  ['no command', { ExecStart: '' }, []],
  ['a root of its own', { ExecStart: commandOf('/bin/a'), RootDirectory: '/srv/jail' }, null],
  ['files bound into it', { ExecStart: commandOf('/bin/a'), BindPaths: '/x:/bin\nBindPaths=/y:/z' }, null],
];
for (const [name, changes, expected] of starts) {
  test(`programs that a start runs: ${name}`, () => {
    const { facts: found, problem } = query(['a.service'], block('a.service', changes));
    assert.equal(problem, null);
    assert.deepEqual(found.get('a.service')?.programs, expected);
  });
}

const [start, before, later] = [commandOf('/bin/a'), commandOf('/bin/pre'), commandOf('/bin/post')];
const around = { ExecStart: start, ExecStartPre: before, ExecStartPost: later };
const awaited: [name: string, changes: Record<string, string>, expected: (string | null)[] | null][] = [
  ['a oneshot', { Type: 'oneshot', ...around }, ['/bin/pre', '/bin/a', '/bin/post']],
  ['a simple service', { Type: 'simple', ...around }, ['/bin/pre', '/bin/post']],
  ['a service of a type that nobody knows', { Type: 'new', ...around }, ['/bin/pre', '/bin/post']],
  ['commands that may fail', { Type: 'oneshot', ExecStart: commandOf('/bin/a', 'yes') }, []],
  ['a program that systemd looks up', { Type: 'notify', ExecStart: commandOf('sleep') }, [null]],
  ['a command that may skip the start', { Type: 'oneshot', ...around, ExecCondition: start }, null],
  ['a root of its own', { Type: 'oneshot', ...around, RootDirectory: '/srv/jail' }, null],
];
for (const [name, changes, expected] of awaited) {
  test(`programs without which a start fails: ${name}`, () => {
    const { run } = answering(block('a.service', changes));
    assert.deepEqual(queryUnits(['a.service'], relatedUnit, run).facts.get('a.service')?.awaited, expected);
  });
}

test('a service that was never started, and one that waits for ever', () => {
  const changes = { ActiveEnterTimestampMonotonic: '0', TimeoutStopUSec: 'infinity', Type: 'notify' };
  const { facts: found } = query(['a.service'], block('a.service', { ...impact, ...changes }));
  assert.equal(found.get('a.service')?.last_start_seconds, null);
  assert.equal(found.get('a.service')?.stop_timeout_seconds, null);
});

test('a systemd before 249 has no PropagatesStopTo, Upholds and OnSuccess, and its dependencies are known', () => {
  const { PropagatesStopTo: _, Upholds: _u, OnSuccess: _o, ...older } = noLists;
  const { facts: found } = query(
    ['a.service'],
    block('a.service', { ...older, RequiredBy: 'b.service a\\x2db.service' }),
  );
  assert.deepEqual(found.get('a.service')?.dependencies?.propagates_stop_to, []);
  assert.deepEqual(found.get('a.service')?.dependencies?.required_by, ['a\\x2db.service', 'b.service']);
});

test('without one of the other lists nothing is known of the dependencies', () => {
  const { BoundBy: _, ...others } = noLists;
  const { facts: found } = query(['a.service'], block('a.service', others));
  assert.equal(found.get('a.service')?.dependencies, null);
});

test('what nearly every unit requires and conflicts with is left out', () => {
  const { facts: found } = query(
    ['a.service'],
    block('a.service', {
      ...noLists,
      Requires: 'system.slice sysinit.target c.service -.mount',
      BindsTo: 'b.service',
      Wants: 'e.service',
      Upholds: 'd.service basic.target',
      Requisite: 'q.service',
      Conflicts: 'shutdown.target',
      ConflictedBy: 'f.service',
      After: 'system.slice sysinit.target',
    }),
  );
  const { requires, requisite, wants, conflicts, after } = found.get('a.service')!.dependencies!;
  assert.deepEqual(requires, ['b.service', 'c.service']);
  assert.deepEqual(requisite, ['q.service']);
  assert.deepEqual(wants, ['d.service', 'e.service']);
  assert.deepEqual(conflicts, ['f.service']);
  assert.deepEqual(after, ['sysinit.target', 'system.slice']);
});

/** A systemd with these units: the changes to each one's lists. It answers each call, and keeps the names that were asked for. */
function systemdWith(units: Record<string, Record<string, string>>) {
  const rounds: string[][] = [];
  const fake: Run = (_, args) => {
    const names = args.slice(args.indexOf('--') + 1);
    rounds.push(names);
    const blocks = names.map((name) => block(name, { ...impact, ...units[name] }));
    return { kind: 'ok', status: 0, stdout: Buffer.from(blocks.join('\n')), stderr: Buffer.alloc(0) };
  };
  const facts: ReadonlyMap<string, UnitFacts> = queryUnits(Object.keys(units).slice(0, 1), affectedUnit, fake).facts;
  rounds.length = 0;
  return { rounds, answer: queryRelated(facts, fake), fake };
}

test('related units: a chain is followed for three rounds, and no unit is asked twice', () => {
  const { rounds, answer } = systemdWith({
    'a.service': { RequiredBy: 'b.service', ConsistsOf: 'c.service', TriggeredBy: 'a.socket a.timer' },
    'b.service': { BoundBy: 'a.service d.service' },
    'd.service': { RequiredBy: 'e.service' },
    'e.service': { RequiredBy: 'f.service' },
  });
  assert.deepEqual(rounds, [['b.service', 'c.service', 'a.socket'], ['d.service'], ['e.service']]);
  assert.deepEqual(
    answer.units.map(({ name }) => name),
    ['b.service', 'c.service', 'a.socket', 'd.service', 'e.service'],
  );
  assert.deepEqual(answer.units[0]?.names, ['b.service']);
  assert.equal(answer.problem, null);
});

test('related units: those that restart or stop with a service are told from those that start, with what a start needs', () => {
  const { answer } = systemdWith({
    'a.service': { RequiredBy: 'b.service', PropagatesStopTo: 'c.service', Wants: 'w.service' },
    'b.service': { NeedDaemonReload: 'yes' },
    'w.service': {
      DropInPaths: '',
      ExecStart: '{ path=/bin/w ; argv[]=/bin/w ; ignore_errors=no ; start_time=[n/a] }',
    },
  });
  assert.deepEqual([...answer.changed].sort(), ['a.service', 'b.service', 'c.service']);
  const found = new Map(answer.units.map((each) => [each.name, each]));
  const of = (name: string) => {
    const { need_daemon_reload, files, programs } = found.get(name)!;
    return { need_daemon_reload, files, programs };
  };
  assert.deepEqual(of('b.service'), { need_daemon_reload: true, files: null, programs: [] });
  const file = '/lib/systemd/system/cron.service';
  assert.deepEqual(of('w.service'), { need_daemon_reload: false, files: [file], programs: ['/bin/w'] });
});

test('related units: one service alone has no order, so its targets are not asked', () => {
  assert.deepEqual(systemdWith({ 'a.service': { After: 'network.target' } }).rounds, []);
});

/** Asks of two affected services, a and b. */
function betweenTwo(units: Record<string, Record<string, string>>) {
  const { fake, rounds } = systemdWith(units);
  const facts = queryUnits(['a.service', 'b.service'], affectedUnit, fake).facts;
  rounds.length = 0;
  const { units: found } = queryRelated(facts, fake);
  return { rounds, found: found.map(({ name }) => name) };
}

test('related units: what stands between two services is asked, and what does not is left out', () => {
  const { rounds, found } = betweenTwo({
    'a.service': { After: 'network.target cron.service system.slice' },
    'network.target': { After: 'b.service' },
    'cron.service': { After: 'other.service' },
  });
  assert.deepEqual(rounds, [['cron.service', 'network.target'], ['other.service']]);
  assert.deepEqual(found, ['network.target']);
});

test('related units: a service that is not affected stands between two that are', () => {
  const { found } = betweenTwo({ 'a.service': { After: 'm.service' }, 'm.service': { After: 'b.service' } });
  assert.deepEqual(found, ['m.service']);
});

test('related units: what starts with a service is asked, and what a running one wants is not', () => {
  const { rounds } = systemdWith({
    'a.service': { Wants: 'w.service', Requires: 'r.service', OnFailure: 'f.service', Conflicts: 'c.service' },
    'w.service': { Wants: 'x.service', Requires: 'y.service' },
    'r.service': { ActiveState: 'inactive', Wants: 'z.service' },
    'f.service': { ActiveState: 'inactive', Requires: 'g.service' },
    'c.service': { RequiredBy: 'd.service' },
  });
  assert.deepEqual(
    rounds.map((names) => names.sort()),
    [
      ['c.service', 'f.service', 'r.service', 'w.service'],
      ['d.service', 'g.service', 'y.service', 'z.service'],
    ],
  );
});

test('related units: a unit with very many dependents does not make the question endless', () => {
  const many = Array.from({ length: 3000 }, (_, index) => `u${index}.service`);
  const { answer } = systemdWith({ 'a.service': { RequiredBy: many.join(' ') } });
  assert.equal(answer.units.length, 1000);
});

const unitFile = '/usr/lib/systemd/system/a.service';
const fileRows: [name: string, changes: Record<string, string | null>, files: string[] | null][] = [
  ['alone', { DropInPaths: '' }, [unitFile]],
  [
    'with drop-ins, in their order',
    { DropInPaths: '/run/systemd/system/a.service.d/z.conf "/etc/systemd/system/a.service.d/a\\\\x2d.conf"' },
    [unitFile, '/run/systemd/system/a.service.d/z.conf', '/etc/systemd/system/a.service.d/a\\x2d.conf'],
  ],
  ['changed since systemd read them', { DropInPaths: '', NeedDaemonReload: 'yes' }, null],
  ['no unit file', { DropInPaths: '', FragmentPath: '' }, null],
  ['systemd does not say', {}, null],
];
for (const [name, changes, files] of fileRows) {
  test(`the files of a unit: ${name}`, () => {
    const answer = query(['a.service'], block('a.service', { FragmentPath: unitFile, ...changes }));
    assert.deepEqual(answer.facts.get('a.service')?.files, files);
  });
}

test('the end of the last start', () => {
  const of = (value: string | null) =>
    query(['a.service'], block('a.service', { ActiveEnterTimestampMonotonic: value })).facts.get('a.service')
      ?.startedUsec;
  assert.deepEqual([of('1234567'), of('0'), of(''), of(null)], [1_234_567, null, null, null]);
});
