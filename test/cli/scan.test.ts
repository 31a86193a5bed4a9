import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Report } from '../../src/documents/generated/report.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { errorDocument, plainEnvironment, runCli } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { commandLine, copyProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Only this test's own process: quick, and never denied. */
const narrow = ['scan', '--no-config', '--no-systemctl', '--pid', String(process.pid)];

function scan(...args: string[]): Report {
  const { code, stdout, stderr } = runCli([...narrow, ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test('the flags are in the report', async () => {
  const report = scan(
    ...['--only', 'fds', '--unit', 'a*.service', '--ignore', '/x*', '--ignore', '/y', '--ignore-literal', '/z'],
    ...['--no-default-rules', '--command-line', 'none', '--detail', 'units', '--label', 'a=b=c', '--label', 'd='],
    ...['--pid', '1', '--pid', '1'],
  );
  assert.equal(await validateDocument('report', report), null);
  assert.deepEqual(report.scan.include, ['fds']);
  assert.deepEqual(report.scan.filters, {
    pids: [1, process.pid],
    units: ['a*.service'],
    ignore: ['/x*', '/y'],
    ignore_literal: ['/z'],
    default_rules: false,
  });
  assert.equal(report.scan.command_line, 'none');
  assert.equal(report.scan.detail, 'units');
  assert.deepEqual(report.host.labels, { a: 'b=c', d: '' });
  assert.equal(scan('--proc', '/proc///').scan.proc_path, '/proc');
});

test('the configuration gives defaults, flags win, lists add up', (t) => {
  const folder = temporaryFolder(t, {
    'c.yaml': `kind: lib-users/config
schema_version: 1.0.0
labels: {site: main, rack: r1}
scan: {ignore: [/c], ignore_literal: [/l], default_rules: false, command_line: none}
`,
  });
  const report = scan(
    '--config',
    join(folder, 'c.yaml'),
    '--ignore',
    '/f',
    '--command-line',
    'full',
    '--label',
    'rack=r2',
  );
  assert.deepEqual(report.scan.filters.ignore, ['/f', '/c']);
  assert.deepEqual(report.scan.filters.ignore_literal, ['/l']);
  assert.equal(report.scan.filters.default_rules, false);
  assert.equal(report.scan.command_line, 'full');
  assert.deepEqual(report.host.labels, { site: 'main', rack: 'r2' });
});

test('formats, --output and --also are the same result', (t) => {
  const folder = temporaryFolder(t);
  const path = (name: string) => join(folder, name);
  const also = ['ndjson', 'text', 'rows', 'lines', 'machine'].flatMap((name) => ['--also', `${name}=${path(name)}`]);
  const { code, stdout, stderr } = runCli([...narrow, '--output', path('json'), ...also]);
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
  const report = JSON.parse(readFileSync(path('json'), 'utf8'));
  assert.equal(report.kind, 'lib-users/report');
  assert.equal(readFileSync(path('ndjson'), 'utf8'), `${JSON.stringify(report)}\n`);
  assert.match(readFileSync(path('text'), 'utf8'), new RegExp(`^${report.host.hostname} `));
  assert.deepEqual(readdirSync(folder).sort(), ['json', 'lines', 'machine', 'ndjson', 'rows', 'text']);
});

test("a report with full command lines is its owner's alone", (t) => {
  const folder = temporaryFolder(t);
  const umask = process.umask(0o022);
  t.after(() => process.umask(umask));
  for (const [mode, permissions] of [
    ['full', '600'],
    ['program', '644'],
  ] as const) {
    const [file, copy] = [join(folder, `${mode}.json`), join(folder, `${mode}.txt`)];
    const flags = ['--command-line', mode, '--output', file, '--also', `text=${copy}`];
    assert.equal(runCli(['scan', '--no-config', '--pid', String(process.pid), ...flags]).code, 0);
    for (const path of [file, copy]) assert.equal((statSync(path).mode & 0o777).toString(8), permissions, path);
  }
});

test('--output - is standard output', () => {
  assert.equal(JSON.parse(runCli([...narrow, '--output', '-']).stdout).kind, 'lib-users/report');
});

test('--require-complete: exit code 4, no result, and an old one stays', (t) => {
  const old = join(temporaryFolder(t, { 'old.json': 'old' }), 'old.json');
  const result = runCli([...narrow, '--require-complete', '--output', old]);
  assert.deepEqual([result.code, result.stdout], [4, '']);
  assert.deepEqual([errorDocument(result).code, errorDocument(result).exit_code], ['incomplete', 4]);
  assert.match(errorDocument(result).message, /narrowed/);
  assert.equal(readFileSync(old, 'utf8'), 'old');
});

test('without root: what may be seen, one warning in every format, exit code 0', (t) => {
  if (!needs(t, 'another user')) return;
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const copy = copyProgram(folder);
  const nobody = { uid: 65534, gid: 65534, cwd: '/' };
  const run = (...args: string[]) => runCli(args, nobody, copy);
  // PID 1 is root's.
  const args = ['scan', '--no-config', '--no-systemctl', '--pid', '1'];
  for (const format of ['json', 'text', 'machine']) {
    const { code, stdout, stderr } = run(...args, '--format', format);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^lib-users: warning: 1 of 1 processes may not be looked at; run as root to see all\n$/);
    if (format !== 'json') continue;
    const { scan, warnings }: Report = JSON.parse(stdout);
    assert.deepEqual([scan.complete, scan.processes.denied], [false, 1]);
    assert.ok(warnings.some((warning) => warning.code === 'not_everything_seen'));
  }
  assert.equal(run(...args, '--quiet').stderr, '');
});

test('a file on standard input that nobody reads is worth a warning, a pipe or the file of a loop is not', (t) => {
  const file = join(temporaryFolder(t, { 'report.json': '{}\n{}\n', empty: '' }), 'report.json');
  const run = (stdin: number | 'pipe' | 'ignore', ...args: string[]) =>
    runCli([...narrow, ...args], { stdio: [stdin, 'pipe', 'pipe'] });
  const withFile = (skip: number, ...args: string[]) => {
    const fd = openSync(file, 'r');
    try {
      if (skip) readSync(fd, Buffer.alloc(skip));
      return run(fd, ...args);
    } finally {
      closeSync(fd);
    }
  };
  const warned = withFile(0);
  assert.match(warned.stderr, /^lib-users: warning: the file on standard input is not read; /);
  assert.deepEqual(
    JSON.parse(warned.stdout).warnings.map(({ code }: { code: string }) => code),
    ['stdin_unread'],
  );
  assert.equal(withFile(0, '--quiet').stderr, '');
  const silent = [withFile(3), run('pipe'), run('ignore')];
  for (const { code, stderr } of silent) assert.deepEqual([code, stderr], [0, '']);
});

test('a signal ends it as signals do', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // A scan of a host that never ends: --config - waits for its standard input.
    const [file, ...args] = commandLine(['scan', '--config', '-']);
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: plainEnvironment() });
    await once(child, 'spawn');
    child.kill(signal);
    assert.deepEqual(await once(child, 'close'), [null, signal]);
  }
});
