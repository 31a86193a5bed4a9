// The table of allowed imports: data flows one way, and each edge has a reason. An edge that is missing here is a mistake in the code
// or a decision that belongs into this table.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/project.ts';

/** Pure and small modules for everybody: none imports anything but others of this list and document types. */
const everybodys: Readonly<Record<string, string>> = {
  'errors.ts': 'one class of expected errors',
  'exit-codes.ts': 'one table of exit codes',
  'version.ts': 'every document names its maker',
  'glob.ts': 'one meaning of globs, from rules to policy and flags',
  'did-you-mean.ts': 'one way to say: did you mean',
  'stable-names.ts': 'ids and labels leave out the same changing parts of names',
  'scan/options.ts': 'what commands ask for and the scan obeys, as one record',
  'held.ts': 'one way to sum up what gone files hold',
  'owner-kind.ts': 'one meaning of root, services and users, from the report to the plan',
  'cves.ts': 'one reading and one order of CVE ids',
  'keys.ts': 'one way to make keys of texts that others choose',
  'group-by.ts': 'one way to group',
  'nonblocking.ts': 'one way to wait for a stream',
  'sizes.ts': 'one way to say how many bytes',
  'path-evidence.ts': 'what a path says of a file, from roles to the reasons of a plan',
  'procfs/bytes.ts': 'the one place where bytes become text',
  'documents/time.ts': 'one way to write a time',
  'documents/coverage.ts': 'one meaning of: this report shows everything',
  'documents/host-identity.ts': 'one way to name a host',
  'documents/drift-gate.ts': 'one reading of what a gate says, from the judgement to every format',
  'documents/packages-in-use.ts': 'one reading of which versions a gone file is of, and one sum of their fixes',
  'documents/fleet-fixes.ts': 'one limit of the lists of a fleet, from the fold to every format',
  'documents/compare-bytes.ts': 'one bytewise order',
  'documents/container-key.ts': 'one way to tell containers apart',
  'documents/unseen.ts': "one reading of whose processes a report's scan did not see",
  'systemd/unit-name.ts': "systemd's grammar of unit names",
  'systemd/session-name.ts': 'one reading of the names of sessions and user managers',
  'systemd/active-state.ts': 'which units count as stopped',
};

type Edge = [from: string, to: string, why: string];

const edges: readonly Edge[] = [
  ['main.ts', 'commands.ts', 'finds the command by its name'],
  ['main.ts', 'cli', 'reports what no command could: an unknown one, a crash; gives oclif what it wants to know'],
  ['main.ts', 'help.ts', '--help'],
  ['main.ts', 'drop-in', 'lib_users and fd_users are other names of the same file'],
  ['main.ts', 'documents', 'a crash is an error document'],
  ['main.ts', 'output.ts', '--version and help are output'],
  ['main.ts', 'program.ts', 'the name and the arguments that the caller wrote'],
  ['main.ts', 'crew', 'a helper of a scan is the same program; a scan starts its helpers first of all'],
  ['executable.ts', 'crew', 'tells a helper of a scan from everything else'],
  ['executable.ts', 'program.ts', 'by its arguments'],
  ['executable-helper.ts', 'crew', 'runs it'],
  ['commands.ts', 'commands', 'loads the one that runs'],
  ['commands.ts', 'cli', 'what all commands are (type)'],
  ['help.ts', 'commands.ts', 'describes each'],
  ['help.ts', 'cli', 'the name of the program, the width of the text'],
  ['cli', 'documents', 'validates what is written; builds the error document'],
  ['cli', 'output.ts', 'writes it'],
  ['cli', 'render', 'JSON, the escaping of messages, how text is to look'],
  ['commands', 'cli', 'each is a command, and progress is for terminals'],
  ['commands', 'config', 'defaults and policy'],
  ['commands', 'scan', 'the scan'],
  ['commands', 'deleted', 'the table of rules'],
  ['commands', 'plan', 'the plan'],
  ['commands', 'policy', 'the policy in force'],
  ['commands', 'drift', 'the comparison with a baseline'],
  ['commands', 'fleet', 'the sum of many hosts'],
  ['commands', 'documents', 'reads and validates documents'],
  ['commands', 'render', 'the formats'],
  ['commands', 'input.ts', 'reads files and standard input'],
  ['commands', 'output.ts', 'writes progress and second results'],
  ['commands', 'crew', 'the helpers of the scan'],
  ['drop-in', 'scan', 'the same scan'],
  ['drop-in', 'crew', 'its helpers'],
  ['drop-in', 'deleted', 'rules of their own (type)'],
  ['drop-in', 'render', 'the escaping of names'],
  ['drop-in', 'output.ts', 'prints lines'],
  ['config', 'input.ts', 'reads files and standard input'],
  ['config', 'policy', 'what a policy rule is, and which can match'],
  ['scan', 'procfs', 'lists the processes, reads the sessions of a unit'],
  ['scan', 'deleted', 'judges the processes'],
  ['scan', 'systemd', 'says what processes belong to, and asks systemctl'],
  ['scan', 'host', 'the facts of the host'],
  ['scan', 'packages', 'the owners of gone files'],
  ['scan', 'report', 'builds the report'],
  ['scan', 'spawn.ts', 'hands the one spawner to those who ask other programs'],
  ['scan', 'fixes', 'asks the past of the packages'],
  ['fixes', 'packages', 'asks rpm in batches'],
  ['fixes', 'procfs', 'what a gone file says of itself (types)'],
  ['fixes', 'spawn.ts', 'asks rpm (types)'],
  ['report', 'fixes', 'a report names what was fixed (types)'],
  ['scan', 'crew', 'asks helpers of the processes'],
  ['crew', 'deleted', 'a helper inspects'],
  ['crew', 'host', 'the kinds of users; what PID 1 says of a container'],
  ['crew', 'procfs', 'a helper reads, and is seen by its own stat and folder'],
  ['crew', 'program.ts', 'a helper is started from the same file'],
  ['deleted', 'procfs', 'judges what the kernel says'],
  ['fixes', 'host', 'opens only files that root wrote'],
  ['deleted', 'outdated', 'the table of interpreters'],
  ['outdated', 'systemd', 'how a unit starts (types)'],
  ['scan', 'outdated', 'judges what is superseded and not gone'],
  ['report', 'outdated', 'a report names it (types)'],
  ['host', 'procfs', 'compares the roots of PID 1 and of the scanner'],
  ['procfs', 'program.ts', 'which of two ways to search a file is the cheaper one'],
  ['systemd', 'procfs', 'reads the cgroup lines that were parsed (types)'],
  ['systemd', 'spawn.ts', 'the systemctl call'],
  ['packages', 'spawn.ts', 'rpm, pacman and apk'],
  ['report', 'procfs', 'and from what the kernel itself holds (types)'],
  ['report', 'deleted', 'a report is built from findings'],
  ['report', 'systemd', 'and from attributions (types)'],
  ['documents', 'input.ts', 'documents are read back from files'],
  ['plan', 'policy', "the user's word and the shipped table"],
  ['drift', 'config', 'accepted findings (types)'],
  ['documents/generated', 'schema', 'made from the schemas'],
];

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
);
const own = files.filter((file) => !file.startsWith('documents/generated/'));
const texts = new Map(files.map((file) => [file, readFileSync(join(projectRoot, 'src', file), 'utf8')]));
const textOf = (file: string) => texts.get(file) ?? '';

/** Removes comments and strings, so that a word in a message does not count as a use. */
function codeOf(file: string): string {
  return textOf(file)
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
}

function importsOf(file: string): { path: string; typeOnly: boolean }[] {
  const found = textOf(file).matchAll(/^(?:import|export)( type)?[^;'"]*? from '([^']+)'|import\('([^']+)'\)/gm);
  return [...found].map(([, type, path, dynamic]) => ({ path: path ?? dynamic ?? '', typeOnly: type !== undefined }));
}

const imports: Import[] = files.flatMap((file) =>
  importsOf(file)
    .filter(({ path }) => path.startsWith('.'))
    .map(({ path, typeOnly }) => ({
      from: file,
      to: posix.normalize(posix.join(posix.dirname(file), path)),
      typeOnly,
    })),
);

function layerOf(file: string): string {
  if (file.startsWith('../schema/')) return 'schema';
  if (file.startsWith('documents/generated/')) return 'documents/generated';
  return file.includes('/') ? (file.split('/')[0] ?? '') : file;
}

const isShared = (file: string) => layerOf(file) === 'documents/generated' || file in everybodys;

test('every import is an edge of the table', () => {
  const allowed = new Set(edges.map(([from, to]) => `${from} -> ${to}`));
  const wrong = imports
    .filter(({ from, to }) => layerOf(from) !== layerOf(to) && !isShared(to))
    .filter(({ from, to }) => !allowed.has(`${layerOf(from)} -> ${layerOf(to)}`))
    .map(({ from, to }) => `${from} imports ${to}`);
  assert.deepEqual(wrong, []);
});

test('an edge that says type is one of types only', () => {
  const types = edges.filter(([, , why]) => why.endsWith('(type)') || why.endsWith('(types)'));
  assert.ok(types.length > 0);
  const wrong = imports
    .filter(
      ({ from, to, typeOnly }) =>
        !typeOnly && !isShared(to) && types.some(([a, b]) => a === layerOf(from) && b === layerOf(to)),
    )
    .map(({ from, to }) => `${from} imports more than types from ${to}`);
  assert.deepEqual(wrong, []);
});

test('every edge of the table is there, and has a reason', () => {
  const present = new Set(
    imports.filter(({ to }) => !isShared(to)).map(({ from, to }) => `${layerOf(from)} -> ${layerOf(to)}`),
  );
  for (const [from, to, why] of edges) {
    assert.ok(why.length > 5, `${from} -> ${to}`);
    assert.ok(present.has(`${from} -> ${to}`), `nothing imports along ${from} -> ${to}: take it out`);
  }
  for (const file of Object.keys(everybodys)) assert.ok(files.includes(file), file);
});

test("what is everybody's imports nothing that is not", () => {
  const wrong = imports.filter(({ from, to, typeOnly }) => from in everybodys && !isShared(to) && !typeOnly);
  assert.deepEqual(wrong, []);
});

test('nothing imports in a circle, not even types', () => {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(file), [...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file)) return;
    for (const { to } of imports.filter(({ from }) => from === file)) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

test('what touches the world is in its places', () => {
  const places: [name: string, pattern: RegExp, allowed: RegExp][] = [
    ['child processes', /node:child_process/, /^(spawn|crew\/channel)\.ts$/],
    [
      'files',
      /^import (?!type)[^;]* from 'node:fs'/m,
      /^((procfs|host|packages|fixes)\/|crew\/(channel|crew|run-helper|left-waiting|vitals)\.ts$|scan\/unseen\.ts$|config\/load\.ts$|documents\/read-reports\.ts$|(input|output|cli\/terminal)\.ts$)/,
    ],
    ['threads', /from 'node:worker_threads'/, /^$/],
    ['the network', /from 'node:(net|http|https|dgram|dns|tls)'/, /^$/],
    ['code from text', /from 'node:vm'/, /^$/],
    ['the arguments', /\bprocess\.argv0?\b/, /^program\.ts$/],
    ['the environment', /\bprocess\.env\b/, /^(cli\/terminal|spawn)\.ts$/],
    ['the exit code', /\bprocess\.(exit|exitCode|on)\b/, /^(main|cli\/base-command)\.ts$|^commands\//],
    ['the streams', /\bprocess\.(stdin|stdout|stderr)\b|\bconsole\./, /^cli\/terminal\.ts$/],
    [
      'the clock',
      /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bhrtime\b/,
      /^(main|cli\/base-command|scan\/scan|host\/clock)\.ts$|^crew\/(run-helper|start)\.ts$|^commands\//,
    ],
    ['evaluation', /\beval\(|\bnew Function\(/, /^$/],
  ];
  for (const [name, pattern, allowed] of places) {
    const source = (file: string) => (pattern.source.includes("from '") ? textOf(file) : codeOf(file));
    const found = own.filter((file) => pattern.test(source(file)));
    assert.deepEqual(
      found.filter((file) => !allowed.test(file)),
      [],
      name,
    );
  }
});

test('the packages that run are few, and each has one place', () => {
  const places: Readonly<Record<string, RegExp>> = {
    '@oclif/core/': /^(cli\/base-command|cli\/oclif-config|commands|help|cli\/oclif-errors)\.ts$|^commands\//,
    ajv: /^config\/violation\.ts$/,
    '@noble/hashes/': /^host\/hmac\.ts$/,
    'fast-xml-builder': /^render\/junit-xml\.ts$/,
    sax: /^fixes\/updateinfo\.ts$/,
    yaml: /^config\/parse\.ts$/,
  };
  for (const file of own) {
    for (const { path } of importsOf(file)) {
      if (path.startsWith('.') || path.startsWith('node:')) continue;
      const place = Object.entries(places).find(
        ([name]) => path === name || (name.endsWith('/') && path.startsWith(name)),
      );
      assert.ok(place?.[1].test(file), `${file} imports ${path}`);
    }
  }
});

test('a module opens with what it is for, is small, and is no catch-all', () => {
  for (const file of own) {
    const text = textOf(file);
    assert.match(text, /^\/\/ \S/, `${file} opens with a comment`);
    assert.ok(text.split('\n').length <= 301, `${file} is longer than 300 lines`);
    assert.doesNotMatch(file, /(^|\/)(utils?|helpers?|common|misc|index)(\.ts|\/)/, file);
    assert.doesNotMatch(text, /^export (\*|\{[^}]*\}) from /m, `${file} passes exports on`);
    if (!file.startsWith('commands/')) assert.doesNotMatch(text, /^export default /m, `${file} has a default export`);
  }
});

test('a function or constant that is exported is used elsewhere', () => {
  const others = ['test', 'scripts'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|mjs)$/.test(name))
      .map((name) => readFileSync(join(projectRoot, folder, name), 'utf8')),
  );
  const words = (text: string) => new Set(text.match(/\w+/g));
  const inOthers = words(others.join('\n'));
  const wordsOf = new Map(own.map((file) => [file, words(codeOf(file))]));
  const unused = own.flatMap((file) =>
    [...textOf(file).matchAll(/^export (?:async )?(?:abstract )?(?:function\*?|const|class) (\w+)/gm)]
      .map(([, name = '']) => name)
      .filter((name) => !inOthers.has(name) && !own.some((other) => other !== file && wordsOf.get(other)?.has(name)))
      .map((name) => `${file} exports ${name}`),
  );
  assert.deepEqual(unused, []);
});

test('a name that is exported means one thing', () => {
  const places = new Map<string, string[]>();
  for (const file of own) {
    for (const [, name = ''] of textOf(file).matchAll(
      /^export (?:async )?(?:abstract )?(?:function\*?|const|class|interface|type) (\w+)/gm,
    )) {
      places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  const twice = [...places].filter(([, holders]) => holders.length > 1);
  assert.deepEqual(twice, []);
});
