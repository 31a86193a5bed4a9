import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validateDocument } from '../../src/documents/validate.ts';
import { errorDocument, runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

const config = (rest: string) => `kind: lib-users/config\nschema_version: 1.0.0\n${rest}`;

test('wrong use: exit code 2, one line that names the thing, nothing on stdout, and the error document', async () => {
  const rows: [args: string[], message: RegExp, hint?: RegExp][] = [
    [['scna'], /^unknown command scna$/, /did you mean scan\?/],
    [['--bogus'], /^unknown flag --bogus$/, /lib-users --help/],
    [['scan', '--bogus'], /^unknown flag --bogus$/, /see lib-users scan --help/],
    [['scan', '--onyl=maps'], /^unknown flag --onyl$/, /did you mean --only\?/],
    [['scan', '-x'], /^unknown flag -x$/],
    [['scan', 'extra'], /^unexpected argument extra$/],
    [['scan', '--pid', '1', '2'], /^unexpected argument 2$/],
    [['scan', '--only', 'both'], /^--only both: expected one of maps, fds$/],
    [['scan', '--format', 'xml'], /^--format xml: expected one of json, /],
    [['scan', '--json', '--format', 'text'], /^--format and --json exclude each other$/],
    [['scan', '--proc'], /^--proc expects a value$/],
    [['scan', '--proc', ''], /^--proc: the path is empty$/],
    [['scan', '--detail', 'units', '--detail', 'units'], /^--detail can be given only once$/],
    [['scan', '--pid', 'abc'], /^--pid abc: not a process id$/, /from 1 to 4194304/],
    [['scan', '--pid', '-1'], /^--pid -1: not a process id$/],
    [['scan', '--pid', '0'], /^--pid 0: not a process id$/],
    [['scan', '--pid', '1e3'], /^--pid 1e3: not/],
    [['scan', '--pid', '4194305'], /^--pid 4194305: not/],
    [['scan', '--ignore', '/a[b'], /^--ignore "\/a\[b": the \[ is never closed/],
    [['scan', '--ignore', ''], /^--ignore "": an empty glob/],
    [['scan', '--unit', '[z-a]'], /^--unit "\[z-a\]": the range z-a runs backwards$/],
    [['scan', '--unit', 'nginx'], /^--unit "nginx": no unit name ends like this/, /did you mean nginx\.service\?/],
    [['plan', '--unit', 'nginx.service '], /^--unit "nginx\.service ": no unit name holds/, /mean nginx\.service\?/],
    [
      ['check', '--unit', 'nginx.servcie'],
      /^--unit "nginx\.servcie": no unit name ends like this/,
      /mean nginx\.service\?/,
    ],
    [['check', '--unit', 'a.service', '--unit', ''], /^--unit "": an empty glob/, /as in nginx\.service/],
    [
      ['plan', '--unit', 'foo@.service'],
      /^--unit "foo@\.service": nothing runs in a template/,
      /mean foo@\*\.service\?/,
    ],
    [['scan', '--ignore-literal', ''], /^--ignore-literal: the path is empty$/],
    [['scan', '--label', 'novalue'], /^--label novalue: expected K=V$/],
    [['scan', '--label', '=v'], /^--label =v: expected K=V$/],
    [['scan', '--also', 'json'], /^--also json: expected FORMAT=FILE$/],
    [['scan', '--also', 'xml=/tmp/x'], /^--also xml=\/tmp\/x: unknown format xml$/, /known are json, /],
    [['scan', '--output', ''], /^the name of a file to write is empty$/],
    [['check', '--write-baseline='], /^the name of a file to write is empty$/],
    [['scan', '--output', '/tmp/x', '--also', 'text=/tmp/x'], /^\/tmp\/x would be written twice$/],
    [['schema', 'reprot'], /^unknown schema reprot$/, /did you mean report\?/],
    [['validate'], /^missing argument FILE$/],
    [['rules', '--config', '/none.yaml'], /^cannot read \/none\.yaml \(ENOENT\)$/],
  ];
  for (const [args, message, hint] of rows) {
    const name = args.join(' ');
    // `--format xml` is no JSON format, so that its error is a line only.
    const result = runCli(args);
    assert.equal(result.code, 2, `${name}: ${result.stderr}`);
    assert.equal(result.stdout, '', name);
    const [line = '', ...rest] = result.stderr.trimEnd().split('\n');
    assert.match(line.replace(/ \([^(]*(\([^)]*\)[^(]*)?\)$/, '').replace('lib-users: error: ', ''), message, name);
    if (hint) assert.match(line, hint, name);
    if (args.includes('xml')) assert.deepEqual(rest, [], name);
    else {
      assert.equal(rest.length, 1, name);
      assert.equal(await validateDocument('error', JSON.parse(rest[0] ?? '')), null, name);
      assert.equal(errorDocument(result).exit_code, 2);
    }
  }
});

test('the error document comes with JSON formats only', () => {
  const rows: [args: string[], isDocument: boolean][] = [
    [['--format', 'text'], false],
    [['--format=text'], false],
    [['--format', 'lines'], false],
    [['--format', 'machine'], false],
    [['--format', 'json'], true],
    [['--format=ndjson'], true],
    [['--format', 'rows'], true],
    [['--json'], true],
    [[], true],
    [['--output', '/tmp/never-written.json'], true],
  ];
  for (const [args, isDocument] of rows) {
    const { code, stderr } = runCli(['scan', ...args, '--bogus']);
    assert.equal(code, 2);
    assert.equal(stderr.trimEnd().split('\n').length, isDocument ? 2 : 1, args.join(' '));
  }
  assert.ok(!existsSync('/tmp/never-written.json'));
});

test('what cannot be done: exit code 3, and an output that is there stays as it was', (t) => {
  const folder = temporaryFolder(t, { 'old.json': 'old', 'empty/file': '' });
  const old = join(folder, 'old.json');
  const rows: [args: string[], code: string, message: RegExp][] = [
    [['--proc', join(folder, 'empty')], 'proc_not_found', /is not a proc file system/],
    [['--proc', join(folder, 'none')], 'proc_not_found', /none cannot be read \(ENOENT\)/],
    [['--proc', old], 'proc_not_found', /old\.json cannot be read \(ENOTDIR\)/],
    [['--also', `text=${join(folder, 'no/folder')}`], 'output_unwritable', /no\/folder \(ENOENT\)/],
  ];
  for (const [args, code, message] of rows) {
    const result = runCli(['scan', '--no-config', '--pid', String(process.pid), '--output', old, ...args]);
    assert.equal(result.code, 3, result.stderr);
    assert.equal(result.stdout, '');
    assert.equal(errorDocument(result).code, code);
    assert.match(errorDocument(result).message, message);
    assert.equal(readFileSync(old, 'utf8'), 'old');
  }
});

test('a configuration that does not validate: the line and the key', (t) => {
  const folder = temporaryFolder(t, { 'c.yaml': config('scan:\n  ignroe: [/a]\n') });
  const file = join(folder, 'c.yaml');
  const result = runCli(['scan', '--config', file]);
  assert.equal(result.code, 2);
  assert.deepEqual(errorDocument(result), {
    code: 'invalid_config',
    message: `${file}:4: scan.ignroe: unknown key`,
    hint: 'did you mean ignore?',
    exit_code: 2,
  });
  const piped = runCli(['rules', '--config', '-', '--format', 'text'], { input: config('labels: []\n') });
  assert.equal(piped.code, 2);
  assert.match(piped.stderr, /^lib-users: error: standard input:3: labels: expected keys and values, not a list\n$/);
});

test('what users typed cannot drive the terminal', () => {
  const { stderr } = runCli(['scan', '--format', 'text', '\x1b]0;owned\x07']);
  assert.match(stderr, /unexpected argument \\x1b\]0;owned\\x07/);
});
