import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type DropInArguments, parseArguments } from '../../src/drop-in/arguments.ts';
import { programs } from '../../src/drop-in/program.ts';
import { LibUsersError } from '../../src/errors.ts';
import { needs } from '../support/needs.ts';

const nothing: DropInArguments = {
  action: 'scan',
  machine: false,
  showItems: false,
  services: false,
  ignorePatterns: [],
  ignoreLiterals: [],
};

test('parseArguments takes what argparse takes', () => {
  const rows: [name: string, argv: string[], expected: Partial<DropInArguments>][] = [
    ['nothing', [], {}],
    ['short flags', ['-m', '-s', '-S'], { machine: true, showItems: true, services: true }],
    ['short flags in one word', ['-msS'], { machine: true, showItems: true, services: true }],
    [
      'long flags',
      ['--machine-readable', '--showlibs', '--services'],
      { machine: true, showItems: true, services: true },
    ],
    ['prefixes', ['--mach', '--show', '--serv'], { machine: true, showItems: true, services: true }],
    ['a value as a word', ['-i', '/tmp/*', '-I', '/a b'], { ignorePatterns: ['/tmp/*'], ignoreLiterals: ['/a b'] }],
    ['a value in the word', ['-i/tmp/*', '-I/a'], { ignorePatterns: ['/tmp/*'], ignoreLiterals: ['/a'] }],
    ['a value after =', ['--ignore-pattern=/a=b', '-i=/c'], { ignorePatterns: ['/a=b', '/c'] }],
    ['a value after flags in one word', ['-msi', '/x'], { machine: true, showItems: true, ignorePatterns: ['/x'] }],
    ['a value after flags, in the same word', ['-mi/x'], { machine: true, ignorePatterns: ['/x'] }],
    [
      'a prefix with a value',
      ['--ignore-l=/x', '--ignore-p', '/y'],
      { ignoreLiterals: ['/x'], ignorePatterns: ['/y'] },
    ],
    ['repeated', ['-i', 'a', '-i', 'b', '-m', '-m'], { ignorePatterns: ['a', 'b'], machine: true }],
    ['an empty value', ['-i', '', '--ignore-literal='], { ignorePatterns: [''], ignoreLiterals: [''] }],
    ['a value that is a negative number', ['-i', '-1'], { ignorePatterns: ['-1'] }],
    ['a value with - and a blank', ['-I', '-a b'], { ignoreLiterals: ['-a b'] }],
    ['a value -', ['-I', '-'], { ignoreLiterals: ['-'] }],
    ['help ends it', ['-mh', '--bogus'], { action: 'help', machine: true }],
    ['version', ['--vers'], { action: 'version' }],
    ['the first of both counts', ['--version', '-h'], { action: 'version' }],
    ['-- at the end', ['-m', '--'], { machine: true }],
  ];
  for (const [name, argv, expected] of rows) {
    assert.deepEqual(parseArguments(programs.lib_users, argv), { ...nothing, ...expected }, name);
  }
});

test('parseArguments refuses what argparse refuses', () => {
  const rows: [argv: string[], message: RegExp][] = [
    [['--bogus'], /^unrecognized arguments: --bogus$/],
    [['-x', 'extra'], /^unrecognized arguments: -x extra$/],
    [['extra'], /^unrecognized arguments: extra$/],
    [['--', '-m'], /^unrecognized arguments: -m$/],
    [['-'], /^unrecognized arguments: -$/],
    [['-i'], /^argument -i\/--ignore-pattern: expected one argument$/],
    [['-i', '-m'], /^argument -i\/--ignore-pattern: expected one argument$/],
    [['-I', '--'], /^argument -I\/--ignore-literal: expected one argument$/],
    [['--ignore', 'x'], /^ambiguous option: --ignore could match --ignore-pattern, --ignore-literal$/],
    [['--s'], /^ambiguous option: --s could match --showlibs, --services$/],
    [['--machine-readable=yes'], /^argument -m\/--machine-readable: ignored explicit argument 'yes'$/],
    [['--showfiles'], /^unrecognized arguments: --showfiles$/],
  ];
  for (const [argv, message] of rows) {
    assert.throws(
      () => parseArguments(programs.lib_users, argv),
      (error) => error instanceof LibUsersError && error.code === 'usage' && message.test(error.message),
      argv.join(' '),
    );
  }
});

test('each program has its own name for -s', () => {
  assert.equal(parseArguments(programs.fd_users, ['--showfiles']).showItems, true);
  assert.throws(() => parseArguments(programs.fd_users, ['--showlibs']), /unrecognized arguments: --showlibs/);
});

// Python's own argparse, told the same options.
const oracle = `
import argparse, json, sys, contextlib, io
def parse(argv):
    p = argparse.ArgumentParser(prog='lib_users')
    p.add_argument('--version', action='version', version='v')
    p.add_argument('-m', '--machine-readable', action='store_true', dest='machine')
    p.add_argument('-s', '--showlibs', action='store_true', dest='showItems')
    p.add_argument('-S', '--services', action='store_true', dest='services')
    p.add_argument('-i', '--ignore-pattern', action='append', default=[], dest='ignorePatterns')
    p.add_argument('-I', '--ignore-literal', action='append', default=[], dest='ignoreLiterals')
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            return vars(p.parse_args(argv))
    except SystemExit as e:
        return e.code
print(json.dumps([parse(argv) for argv in json.load(sys.stdin)]))
`;

test("parseArguments agrees with Python's argparse", (t) => {
  const words = [
    '-m',
    '-s',
    '-S',
    '-ms',
    '-mS',
    '-i',
    '-I',
    '-i/x',
    '-iS',
    '-si',
    '-mI/y',
    '-i=z',
    '/x',
    'x y',
    '-',
    '',
  ];
  const longs = [
    '--machine-readable',
    '--mach',
    '--show',
    '--serv',
    '--s',
    '--ignore',
    '--ignore-p',
    '--ignore-l=q',
    '--i=q',
  ];
  const others = [
    '--ignore-pattern=',
    '--machine-readable=1',
    '-h',
    '--version',
    '--help',
    '-x',
    '--bogus',
    '-1',
    '-1.5',
    '-m=1',
  ];
  const word = fc.constantFrom(...words, ...words, ...longs, ...others);
  const drawn = fc.sample(fc.array(word, { maxLength: 4 }), { numRuns: 5000, seed: 11 });
  const cases = [...drawn, ['--help', '--ignore']];
  if (!needs(t, 'python3')) return;
  const python = spawnSync('python3', ['-c', oracle], { input: JSON.stringify(cases), maxBuffer: 1 << 26 });
  assert.equal(python.status, 0, String(python.stderr));
  const expected: unknown[] = JSON.parse(String(python.stdout));
  const answer = (argv: string[]): unknown => {
    try {
      const { action, ...values } = parseArguments(programs.lib_users, argv);
      return action === 'scan' ? values : 0;
    } catch (error) {
      return error instanceof LibUsersError ? error.exitCode : error;
    }
  };
  // Up to Python 3.13.0 argparse refuses an ambiguous flag at any place, as parseArguments does. Newer versions (3.13.5) end
  // at --help or --version, whatever follows.
  const stopsAtHelp = expected.at(-1) === 0;
  cases.forEach((argv, index) => {
    const help = argv.findIndex((word) => ['-h', '--help', '--version'].includes(word));
    const ours = [answer(argv), ...(stopsAtHelp && help >= 0 ? [answer(argv.slice(0, help + 1))] : [])];
    assert.ok(
      ours.some((each) => isDeepStrictEqual(each, expected[index])),
      JSON.stringify([argv, ours, expected[index]]),
    );
  });
});
