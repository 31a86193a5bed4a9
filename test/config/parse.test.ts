import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { LibUsersError } from '../../src/errors.ts';

const head = 'kind: lib-users/config\nschema_version: 1.0.0\n';

test('the example of the design is valid', () => {
  const { config, policyLines, acceptLines } = parseConfig(
    `kind: lib-users/config
schema_version: 1.0.0
labels: {environment: production}
scan: {ignore: ["/var/lib/mysql/#sql*"], ignore_literal: [], default_rules: true, command_line: program}
policy:                       # first match wins
  - {unit: "postgresql@*.service", action: manual, reason: fails over by hand}
check:
  roles: [code]
  accept: [{unit: legacy.service, path: "/opt/legacy/*", until: "2026-12-31", reason: CHG-4711}]
`,
    'config.yaml',
  );
  assert.deepEqual(config.labels, { environment: 'production' });
  assert.deepEqual(config.scan?.ignore, ['/var/lib/mysql/#sql*']);
  assert.deepEqual([policyLines, acceptLines], [[6], [9]]);
});

test('only kind and schema_version must be there', () => {
  assert.deepEqual(parseConfig(head, 'f').config, { kind: 'lib-users/config', schema_version: '1.0.0' });
  assert.deepEqual(parseConfig(`\ufeff${head.replace('1.0.0', '1.7.3')}`, 'f').config.schema_version, '1.7.3');
});

test('aliases may repeat a value', () => {
  const text = `${head}scan: {ignore: &i [/a], ignore_literal: *i}\n`;
  assert.deepEqual(parseConfig(text, 'f').config.scan?.ignore_literal, ['/a']);
});

test('what is wrong is said with its line, its key and the remedy', () => {
  const bomb = `${head}labels: &a {x: y}\npolicy: [${'*a, '.repeat(300)}]\n`;
  const rows: [name: string, text: string, message: RegExp, hint: RegExp | null][] = [
    ['empty', '', /^f:1: expected keys and values/, /begins with kind/],
    ['two documents', `${head}---\n${head}`, /^f:3: a second document begins/, /take out the ---/],
    [
      'a day as people write it',
      `${head}check:\n  accept:\n  - {unit: a.service, reason: x, until: 31.12.2026}\n`,
      /^f:5: check\.accept\[0\]\.until: is not a day/,
      /YYYY-MM-DD/,
    ],
    ['a list', '- a\n', /^f:1: expected keys and values/, null],
    ['a set', `${head}labels: !!set {x}\n`, /^f:3: !!set: no value may have a tag of its own/, /take the tag out/],
    ['a pair', `${head}policy: !!omap [a: b]\n`, /^f:3: !!omap: no value/, /take the tag out/],
    [
      'nested deeply',
      `${head}labels: ${'['.repeat(20_000)}\n`,
      /^f:3: the values are nested too deep$/,
      /schema config/,
    ],
    ['a number', `${head}labels: {a: 1}\n`, /^f:3: labels\.a: expected a string, not 1$/, /quote it/],
    ['keys', `${head}labels: {<<: {a: b}}\n`, /^f:3: labels\.<<: expected a string, not keys$/, null],
    [
      'a mistyped action',
      `${head}policy:\n  - {unit: a.service, action: restrat, reason: x}\n`,
      /^f:4: policy\[0\]\.action: expected one of restart, .*, not "restrat"$/,
      /did you mean restart\?/,
    ],
    ['no kind', 'schema_version: 1.0.0\n', /^f:1: kind is missing/, /begins with kind/],
    ['another kind', 'kind: lib-users/plan\nschema_version: 1.0.0\n', /^f:1: kind: expected lib-users\/config/, null],
    ['another major', head.replace('1.0.0', '2.0.0'), /^f:2: schema_version: this lib-users reads 1\.x/, /1\.0\.0/],
    ['a number for a version', head.replace('1.0.0', '1.0'), /^f:2: schema_version: expected a string/, /quote it/],
    ['unknown key', `${head}polciy: []\n`, /^f:3: polciy: unknown key/, /did you mean policy\?/],
    ['unknown key in scan', `${head}scan:\n  ignored: []\n`, /^f:4: scan\.ignored: unknown key/, /mean ignore\?/],
    [
      'unknown key in a rule',
      `${head}policy:\n  - unit: a.service\n    actoin: manual\n    action: manual\n    reason: x\n`,
      /^f:5: policy\[0\]\.actoin: unknown key/,
      /did you mean action\?/,
    ],
    [
      'unknown action',
      `${head}policy:\n- unit: a.service\n  reason: x\n  action: stop\n`,
      /^f:6: policy\[0\]\.action: expected one of restart/,
      null,
    ],
    [
      'no reason',
      `${head}policy:\n- unit: a.service\n  action: manual\n`,
      /^f:4: policy\[0\]: reason is missing/,
      null,
    ],
    [
      'neither unit nor path',
      `${head}policy:\n- action: manual\n  reason: x\n`,
      /^f:4: policy\[0\]: needs a unit or a path/,
      null,
    ],
    [
      'a signal is missing',
      `${head}policy:\n- {unit: a.service, action: signal, reason: x}\n`,
      /^f:4: policy\[0\]: action signal needs/,
      /HUP/,
    ],
    [
      'a restart that is no restart',
      `${head}policy:
- unit: a.service
  action: manual
  inferred: restart
  reason: x
`,
      /^f:6: policy\[0\]\.inferred: action manual restarts nothing/,
      null,
    ],
    [
      'a signal too many',
      `${head}policy:\n- unit: a.service\n  action: restart\n  signal: HUP\n  reason: x\n`,
      /^f:6: policy\[0\]\.signal: action restart/,
      null,
    ],
    [
      'a glob',
      `${head}scan:\n  ignore:\n    - /a\n    - "/x[a"\n`,
      /^f:6: scan\.ignore\[1\]: the \[ is never closed/,
      null,
    ],
    [
      'a unit glob',
      `${head}policy:\n- {path: /x, unit: "[b-a]", action: manual, reason: x}\n`,
      /^f:4: policy\[0\]\.unit: "\[b-a\]": the range/,
      /as in nginx\.service/,
    ],
    [
      'a unit without its type',
      `${head}policy:\n- {unit: nginx, action: manual, reason: x}\n`,
      /^f:4: policy\[0\]\.unit: "nginx": no unit name ends like this/,
      /did you mean nginx\.service\?/,
    ],
    [
      'an accepted unit with a blank at the end',
      `${head}check:\n  accept: [{unit: "a.service ", reason: x}]\n`,
      /^f:4: check\.accept\[0\]\.unit: "a\.service ": no unit name holds the character " "/,
      /did you mean a\.service\?/,
    ],
    ['an empty glob', `${head}scan: {ignore: [""]}\n`, /^f:3: scan\.ignore\[0\]: is empty/, null],
    [
      'a day',
      `${head}check:\n  accept:\n  - {unit: a.service, reason: x, until: 2026-02-30}\n`,
      /^f:5: check\.accept\[0\]\.until: 2026-02-30 is not in the calendar/,
      /YYYY/,
    ],
    ['a boolean', `${head}scan: {default_rules: "no"}\n`, /^f:3: scan\.default_rules: expected true or false/, null],
    [
      'a label that is no string',
      `${head}labels:\n  a: b\n  rack: 12\n`,
      /^f:5: labels\.rack: expected a string/,
      /quote it/,
    ],
    ['a key twice', `${head}labels: {}\nlabels: {}\n`, /^f:4: .*unique/, null],
    ['broken YAML', `${head}scan: {ignore: [a\npolicy: []\n`, /^f:[45]: /, null],
    ['a tag', `${head}labels: {a: !!js/function 'x'}\n`, /^f:3: Unresolved tag/, null],
    ['an alias of nothing', `${head}labels: *a\n`, /^f:\d: .*alias/i, null],
    ['aliases without end', bomb, /^f:\d: Excessive alias count/, /without aliases/],
    ['a prototype', `${head}scan: {__proto__: {ignore: [a]}}\n`, /^f:3: scan\.__proto__: unknown key/, null],
  ];
  for (const [name, text, message, hint] of rows) {
    assert.throws(
      () => parseConfig(text, 'f'),
      (error) => {
        assert.ok(error instanceof LibUsersError, `${name}: ${error}`);
        assert.equal(error.code, 'invalid_config', name);
        assert.equal(error.exitCode, 2, name);
        assert.match(error.message, message, name);
        if (hint) assert.match(error.hint ?? '', hint, name);
        return true;
      },
      name,
    );
  }
});
