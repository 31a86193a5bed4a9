// Who may import whom: data flows one way, and each edge has a reason. An edge that is not here is a mistake in the code
// or a decision that belongs into this table.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/project.ts';

/** Pure and small, for everybody: none imports anything but others of this list and document types. */
const everybodys: Readonly<Record<string, string>> = {
  'errors.ts': 'one class of expected errors',
  'exit-codes.ts': 'one table of exit codes',
  'version.ts': 'every document names its maker',
  'glob.ts': 'one meaning of globs, from rules to policy and flags',
  'nearest.ts': 'one way to say: did you mean',
  'stable-names.ts': 'ids and labels leave out the same changing parts of names',
  'scan-options.ts': 'what commands ask for and the scan obeys, as one record',
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
  'documents/order.ts': 'one bytewise order',
  'documents/container-key.ts': 'one way to tell containers apart',
  'documents/unseen.ts': "one reading of whose processes a report's scan did not see",
  'systemd/unit-name.ts': "systemd's grammar of unit names",
  'systemd/session-name.ts': 'one reading of the names of sessions and user managers',
};

type Edge = [from: string, to: string, why: string];

const edges: readonly Edge[] = [
  ['main.ts', 'commands.ts', 'finds the command by its name'],
  ['main.ts', 'base-command.ts', 'reports what no command could: an unknown one, a crash'],
  ['main.ts', 'cli-config.ts', 'gives oclif what it wants to know'],
  ['main.ts', 'help.ts', '--help'],
  ['main.ts', 'drop-in', 'lib_users and fd_users are other names of the same file'],
  ['main.ts', 'documents', 'a crash is an error document'],
  ['main.ts', 'output.ts', '--version and help are output'],
  ['main.ts', 'requested-format.ts', 'an error comes in the format that was asked for'],
  ['main.ts', 'program.ts', 'the name and the arguments that the caller wrote'],
  ['main.ts', 'crew', 'a helper of a scan is the same program; a scan starts its helpers first of all'],
  ['executable.ts', 'crew', 'tells a helper of a scan from everything else'],
  ['executable.ts', 'program.ts', 'by its arguments'],
  ['executable-helper.ts', 'crew', 'runs it'],
  ['commands.ts', 'commands', 'loads the one that runs'],
  ['commands.ts', 'base-command.ts', 'what all of them are (type)'],
  ['help.ts', 'commands.ts', 'describes each'],
  ['help.ts', 'cli-config.ts', 'the name of the program'],
  ['help.ts', 'terminal.ts', 'the width of the text'],
  ['base-command.ts', 'documents', 'validates what is written; builds the error document'],
  ['base-command.ts', 'output.ts', 'writes it'],
  ['base-command.ts', 'render', 'JSON, and the escaping of messages'],
  ['base-command.ts', 'requested-format.ts', 'an error comes in the format that was asked for'],
  ['base-command.ts', 'terminal.ts', 'text for terminals, JSON elsewhere'],
  ['terminal.ts', 'render', 'how text is to look (type)'],
  ['base-command.ts', 'usage-error.ts', "oclif's errors become ours"],
  ['commands', 'base-command.ts', 'each is one'],
  ['commands', 'config', 'defaults and policy'],
  ['commands', 'scan.ts', 'the scan'],
  ['commands', 'deleted', 'the table of rules'],
  ['commands', 'plan', 'the plan'],
  ['commands', 'policy', 'the policy in force'],
  ['commands', 'drift', 'the comparison with a baseline'],
  ['commands', 'fleet', 'the sum of many hosts'],
  ['commands', 'documents', 'reads and validates documents'],
  ['commands', 'render', 'the formats'],
  ['commands', 'input.ts', 'reads files and standard input'],
  ['commands', 'output.ts', 'writes progress and second results'],
  ['commands', 'terminal.ts', 'progress is for terminals'],
  ['commands', 'crew', 'the helpers of the scan'],
  ['drop-in', 'scan.ts', 'the same scan'],
  ['drop-in', 'crew', 'its helpers'],
  ['drop-in', 'deleted', 'rules of their own (type)'],
  ['drop-in', 'render', 'the escaping of names'],
  ['drop-in', 'output.ts', 'prints lines'],
  ['config', 'input.ts', 'reads files and standard input'],
  ['config', 'policy', 'what a policy rule is, and which can match'],
  ['scan.ts', 'procfs', 'lists the processes'],
  ['scan.ts', 'deleted', 'judges them'],
  ['scan.ts', 'systemd', 'says what they belong to'],
  ['scan.ts', 'host', 'the facts of the host'],
  ['scan.ts', 'packages', 'the owners of gone files'],
  ['scan.ts', 'documents', 'builds the report'],
  ['scan.ts', 'spawn.ts', 'hands the one spawner to those who ask other programs'],
  ['scan.ts', 'scan-units.ts', "what systemd says of the affected processes' units"],
  ['scan-units.ts', 'systemd', 'asks systemctl'],
  ['scan-units.ts', 'spawn.ts', 'hands it the one spawner'],
  ['scan-units.ts', 'procfs', 'reads the sessions of a unit'],
  ['scan-units.ts', 'host', 'looks whether a unit file is there'],
  ['scan-units.ts', 'documents', 'the facts of a report (types)'],
  ['scan.ts', 'scan-fixes.ts', 'says which versions still run, and what was fixed since'],
  ['scan-fixes.ts', 'fixes', 'asks the past of the packages'],
  ['scan-fixes.ts', 'deleted', 'the gone files (types)'],
  ['scan-fixes.ts', 'documents', 'the facts of a report (types)'],
  ['scan-fixes.ts', 'host', 'when the processes began'],
  ['scan-fixes.ts', 'procfs', 'which mounts may hang (types)'],
  ['scan-fixes.ts', 'spawn.ts', 'hands on the one spawner'],
  ['fixes', 'packages', 'asks rpm in batches'],
  ['fixes', 'procfs', 'what a gone file says of itself (types)'],
  ['fixes', 'spawn.ts', 'asks rpm (types)'],
  ['documents', 'fixes', 'a report names what was fixed (types)'],
  ['scan.ts', 'scan-cut.ts', 'says of which processes not everything is listed'],
  ['scan-cut.ts', 'deleted', 'what is not listed (types)'],
  ['scan-cut.ts', 'documents', 'the facts of a report (types)'],
  ['scan-options.ts', 'deleted', 'carries the rules in force (type)'],
  ['scan.ts', 'crew', 'asks helpers of the processes'],
  ['scan.ts', 'scan-unseen.ts', 'says whose processes were not seen'],
  ['scan.ts', 'scan-attribution.ts', 'says what the processes belong to'],
  ['scan-attribution.ts', 'crew', 'asks helpers of what is in doubt'],
  ['scan-attribution.ts', 'deleted', 'the affected processes (types)'],
  ['scan-attribution.ts', 'documents', 'the facts of a report (types)'],
  ['scan-attribution.ts', 'procfs', 'parses their cgroups'],
  ['scan-attribution.ts', 'systemd', 'attributes'],
  ['scan-options.ts', 'crew', 'carries who reads the processes (type)'],
  ['scan-units.ts', 'crew', 'asks helpers of the sessions'],
  ['scan-unseen.ts', 'deleted', 'the outcomes (types)'],
  ['scan-unseen.ts', 'documents', 'writes users as a report does'],
  ['scan-unseen.ts', 'host', 'the kinds of users (types)'],
  ['scan-unseen.ts', 'procfs', 'reads their names'],
  ['crew', 'deleted', 'a helper inspects'],
  ['crew', 'host', 'the kinds of users; what PID 1 says of a container'],
  ['crew', 'procfs', 'a helper reads, and is seen by its own stat and folder'],
  ['crew', 'program.ts', 'a helper is started from the same file'],
  ['deleted', 'procfs', 'judges what the kernel says'],
  ['host', 'procfs', 'compares the roots of PID 1 and of the scanner'],
  ['systemd', 'procfs', 'reads the cgroup lines that were parsed (types)'],
  ['systemd', 'spawn.ts', 'the systemctl call'],
  ['packages', 'spawn.ts', 'rpm, pacman and apk'],
  ['documents', 'procfs', 'the sessions of a unit (type)'],
  ['documents', 'deleted', 'a report is built from findings'],
  ['documents', 'systemd', 'and from attributions (types)'],
  ['documents', 'procfs', 'and from what the kernel itself holds (types)'],
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

/** Without comments and strings, so that a word in a message is no use of it. */
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
      /^((procfs|host|packages|fixes)\/|crew\/(crew|run-helper|left-waiting|vitals)\.ts$|scan-unseen\.ts$|config\/load\.ts$|documents\/read-reports\.ts$|(input|output|terminal)\.ts$)/,
    ],
    ['threads', /from 'node:worker_threads'/, /^$/],
    ['the network', /from 'node:(net|http|https|dgram|dns|tls)'/, /^$/],
    ['code from text', /from 'node:vm'/, /^$/],
    ['the arguments', /\bprocess\.argv0?\b/, /^program\.ts$/],
    ['the environment', /\bprocess\.env\b/, /^(terminal|spawn)\.ts$/],
    ['the exit code', /\bprocess\.(exit|exitCode|on)\b/, /^(main|base-command)\.ts$|^commands\//],
    ['the streams', /\bprocess\.(stdin|stdout|stderr)\b|\bconsole\./, /^terminal\.ts$/],
    [
      'the clock',
      /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bhrtime\b/,
      /^(main|base-command|scan)\.ts$|^crew\/(run-helper|start)\.ts$|^commands\//,
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
    '@oclif/core/': /^(base-command|cli-config|commands|help|usage-error)\.ts$|^commands\//,
    ajv: /^config\/violation\.ts$/,
    '@noble/hashes/': /^host\/machine-id\.ts$/,
    'fast-xml-builder': /^render\/junit-xml\.ts$/,
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
