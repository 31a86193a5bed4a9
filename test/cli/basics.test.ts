import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { schemas } from '../../src/documents/generated/schemas.ts';
import { version } from '../../src/version.ts';
import { errorDocument, plainEnvironment, runCli } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { asksNode, commandLine, linkProgram } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const sample = (kind: string) => join(projectRoot, `test/fixtures/documents/${kind}.json`);

test('--version', () => {
  assert.deepEqual(runCli(['--version']), { code: 0, stdout: `lib-users ${version}\n`, stderr: '' });
});

test('help: of the whole, of a command, by every way to ask for it', () => {
  const overview = runCli([]);
  assert.equal(overview.code, 0);
  for (const command of ['scan', 'schema', 'validate', 'rules']) {
    assert.match(overview.stdout, new RegExp(`^  ${command} `, 'm'));
    const help = runCli([command, '--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`^  \\$ lib-users ${command}`, 'm'));
    assert.match(help.stdout, /^EXAMPLES$/m);
    assert.match(help.stdout, /--require-complete/);
    assert.deepEqual(runCli(['help', command]), help);
    assert.deepEqual(runCli([command, '--bogus', '-h']), help);
  }
  for (const args of [['--help'], ['-h'], ['help']]) assert.deepEqual(runCli(args), overview);
});

test('help keeps to the width that it is told', () => {
  const lines = runCli(['scan', '--help'], { env: plainEnvironment({ COLUMNS: '60' }) }).stdout.split('\n');
  assert.ok(Math.max(...lines.map((line) => line.length)) <= 60);
});

test('schema prints what was built in', () => {
  const names = JSON.parse(runCli(['schema']).stdout);
  assert.deepEqual(names, Object.keys(schemas));
  assert.equal(runCli(['schema', '--format', 'text']).stdout, names.map((name: string) => `${name}\n`).join(''));
  for (const name of names) {
    const { code, stdout } = runCli(['schema', name]);
    assert.equal(code, 0);
    assert.deepEqual(
      JSON.parse(stdout),
      JSON.parse(readFileSync(join(projectRoot, `schema/${name}.schema.json`), 'utf8')),
    );
  }
});

test('validate: 0 valid, 5 invalid, 2 no document', (t) => {
  const folder = temporaryFolder(t, {
    'cut.json': readFileSync(sample('report'), 'utf8').slice(0, 5000),
    'wrong.json': readFileSync(sample('report'), 'utf8').replace('"init": "systemd"', '"init": "upstart"'),
  });
  const versionOf = (kind: string) => JSON.parse(readFileSync(sample(kind), 'utf8')).schema_version;
  for (const kind of ['report', 'error']) {
    assert.deepEqual(runCli(['validate', '--format', 'text', sample(kind)]), {
      code: 0,
      stdout: `${sample(kind)}: valid lib-users/${kind} ${versionOf(kind)}\n`,
      stderr: '',
    });
  }
  const piped = runCli(['validate', '-'], { input: readFileSync(sample('report')) });
  assert.deepEqual(JSON.parse(piped.stdout), {
    file: 'standard input',
    valid: true,
    kind: 'lib-users/report',
    schema_version: versionOf('report'),
  });
  const report = JSON.parse(readFileSync(sample('report'), 'utf8')) as object;
  const later = JSON.stringify({ ...report, schema_version: '1.9.0', new: 1 });
  const rows: [args: string[], input: string, code: number, message: RegExp, hint?: RegExp][] = [
    [
      [join(folder, 'wrong.json')],
      '',
      5,
      /wrong\.json is no valid lib-users\/report: \/host\/init must be one of systemd/,
    ],
    [[join(folder, 'cut.json')], '', 2, /cut\.json, line \d+, column \d+: /],
    [[join(folder, 'none.json')], '', 2, /cannot read .*none\.json \(ENOENT\)/],
    [['/dev/zero'], '', 2, /cannot read \/dev\/zero \(EFBIG\)/],
    [['-'], '', 2, /standard input is empty/],
    [['-'], 'kind: lib-users/report\n', 2, /standard input, line 1, column 1: this is not JSON/],
    [
      ['-'],
      '{"kind":"lib-users/report","schema_version":"3.1.0"}',
      2,
      /schema_version 3\.1\.0, and this lib-users reads 1\.x/,
    ],
    [['-'], '{"kind":"other"}', 2, /unknown kind "other"/],
    [
      ['-'],
      later,
      5,
      /no valid lib-users\/report: \/ must not have the property new/,
      /later version: update lib-users/,
    ],
  ];
  for (const [args, input, code, message, hint] of rows) {
    const result = runCli(['validate', ...args], { input });
    assert.equal(result.code, code, result.stderr);
    assert.equal(result.stdout, '');
    assert.match(errorDocument(result).message, message);
    if (hint) assert.match(errorDocument(result).hint ?? '', hint);
    assert.equal(errorDocument(result).exit_code, code);
  }
});

test('a closed stdin is an empty one', () => {
  const validate = commandLine(['validate', '-', '--format', 'text']);
  const { status, stderr } = spawnSync('sh', ['-c', 'exec "$@" <&-', 'sh', ...validate]);
  assert.equal(status, 2);
  assert.match(String(stderr), /^lib-users: error: standard input is empty/);
});

test('rules lists every rule with its reason, and those of the configuration first', (t) => {
  const folder = temporaryFolder(t, {
    'c.yaml': 'kind: lib-users/config\nschema_version: 1.0.0\nscan: {ignore: ["/srv/*"], ignore_literal: ["/a[1]"]}\n',
  });
  const run = (...args: string[]) => JSON.parse(runCli(['rules', '--no-config', ...args]).stdout).rules;
  const shipped: { id: string; reason: string; source: string }[] = run();
  assert.ok(shipped.some(({ id }) => id === 'memfd'));
  for (const rule of shipped) assert.ok(rule.reason !== '' && rule.source !== '', rule.id);
  const configured: { id: string; patterns: string[] }[] = run('--config', join(folder, 'c.yaml'));
  assert.deepEqual(
    configured.slice(0, 2).map(({ id, patterns }) => [id, patterns]),
    [
      ['ignore', ['/srv/*']],
      ['ignore_literal', ['/a[[]1]']],
    ],
  );
  assert.ok(!run('--no-default-rules').some(({ id }: { id: string }) => id === 'memfd'));
  assert.match(runCli(['rules', '--no-config', '--format', 'text']).stdout, /^memfd\n {2}\/memfd:\*\n/m);
});

test('a reader that has seen enough ends it quietly', async (t) => {
  // A pipe holds 64 KiB, and the schema of a report is less: 40 copies of it would not fit.
  const big = join(temporaryFolder(t), 'big.yaml');
  const globs = Array.from({ length: 20000 }, (_, index) => `"/srv/some/path/${index}/*"`).join(', ');
  writeFileSync(big, `kind: lib-users/config\nschema_version: 1.0.0\nscan: {ignore: [${globs}]}\n`);
  const [file, ...args] = commandLine(['rules', '--no-config', '--config', big]);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [code, signal] = await once(child, 'close');
  assert.deepEqual([code, signal, stderr], [0, null, '']);
  // The same output, read to its end, is whole.
  const whole = runCli(['rules', '--no-config', '--config', big]);
  assert.ok(whole.stdout.length > 500000);
  assert.equal(JSON.parse(whole.stdout).rules[0].patterns.length, 20000);
});

test('a full disk behind stdout is an error', (t) => {
  const full = openSync('/dev/full', 'w');
  t.after(() => closeSync(full));
  const result = runCli(['schema', 'report'], { stdio: ['ignore', full, 'pipe'] });
  assert.equal(result.code, 3);
  assert.match(result.stderr, /cannot write to standard output \(ENOSPC\)/);
});

test('a pipe that others write into as well still blocks for them', (t) => {
  if (!needs(t, 'python3')) return;
  const script = `
import fcntl, os, subprocess, sys
out, err = os.pipe(), os.pipe()
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=out[1], stderr=err[1])
print([fcntl.fcntl(pipe[1], fcntl.F_GETFL) & os.O_NONBLOCK for pipe in (out, err)])`;
  for (const args of [
    ['--help'],
    ['rules', '--no-config'],
    ['rules', '--bogus'],
    ['scan', '--pid', String(process.pid)],
  ]) {
    const { stdout } = spawnSync('python3', ['-c', script, ...commandLine(args)], { encoding: 'utf8' });
    assert.equal(stdout, '[0, 0]\n', args.join(' '));
  }
});

// Output written before the defect showed cannot be taken back: the exit code counts.
test('a defect ends with 70, never with 1', (t) => {
  if (!asksNode(t)) return;
  const folder = temporaryFolder(t, {
    'result.cjs':
      'const { stringify } = JSON; JSON.stringify = (v, ...r) => { if (v === "valid") v.no.such(); return stringify(v, ...r); };',
    'late.cjs': 'process.nextTick(() => { throw new RangeError("from nowhere"); });',
    'rejected.cjs': 'Promise.reject(new RangeError("from nowhere"));',
  });
  const rows: [file: string, message: RegExp][] = [
    ['result.cjs', /TypeError: .*\(at /],
    ['late.cjs', /RangeError: from nowhere/],
    ['rejected.cjs', /RangeError: from nowhere/],
  ];
  for (const [file, message] of rows) {
    const env = plainEnvironment({ NODE_OPTIONS: `--require ${join(folder, file)}` });
    const result = runCli(['validate', sample('report')], { env });
    assert.equal(result.code, 70, `${file}: ${result.stderr}`);
    assert.equal(errorDocument(result).code, 'internal');
    assert.match(errorDocument(result).message, message);
  }
});

test('terminals get text, with colour unless NO_COLOR says no', (t) => {
  if (!needs(t, 'python3')) return;
  // pty.spawn gives the child a terminal; its output comes back with \r\n.
  const script = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';
  const run = (args: string[], env: Record<string, string>) =>
    spawnSync('python3', ['-c', script, ...commandLine(args)], {
      input: '',
      env: plainEnvironment({ TERM: 'xterm', ...env }),
    });
  const rules = run(['rules', '--no-config'], {});
  assert.match(String(rules.stdout), /^memfd\r\n/m);
  const wrong = run(['rules', '--bogus'], {});
  assert.equal(wrong.status, 2);
  assert.doesNotMatch(String(wrong.stdout), /lib-users\/error/, 'no document for a person');
  assert.match(String(run(['schema'], {}).stdout), /^config\r\n/);
  const colour = String(run(['scan', '--no-config'], {}).stdout);
  assert.match(colour, /\x1b\[1m/);
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    assert.doesNotMatch(String(run(['scan', '--no-config'], env).stdout), /\x1b\[/);
  }
});

test('the drop-in commands answer to their names', (t) => {
  const folder = temporaryFolder(t);
  for (const [name, items] of [
    ['lib_users', '--showlibs'],
    ['fd_users', '--showfiles'],
  ] as const) {
    const link = linkProgram(folder, name);
    const run = (...args: string[]) => {
      const [file, ...argv] = commandLine(args, link);
      return spawnSync(file, argv, { encoding: 'utf8' });
    };
    assert.match(run('--version').stdout, new RegExp(`^${name} 0\\.15 `));
    assert.match(run('-h').stdout, new RegExp(`^usage: ${name} \\[-h\\] \\[--version\\] \\[-m\\]`));
    assert.ok(run('-h').stdout.includes(items));
    const found = run('-m');
    assert.equal(found.status, 0, found.stderr);
    for (const line of found.stdout.split('\n').filter(Boolean)) assert.match(line, /^\d+(,\d+)*;[^;].*;/);
    const wrong = run('--bogus');
    assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, new RegExp(`^usage: ${name} .*\\n${name}: error: unrecognized arguments: --bogus\\n$`));
  }
});
