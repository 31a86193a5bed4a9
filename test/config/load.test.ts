import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { loadConfig } from '../../src/config/load.ts';
import { LibUsersError } from '../../src/errors.ts';
import { projectRoot } from '../support/project.ts';
import { temporaryFolder } from '../support/temporary.ts';

const head = 'kind: lib-users/config\nschema_version: 1.0.0\n';

test('without any file the defaults are in force', async (t) => {
  const config = await loadConfig({ folder: join(temporaryFolder(t), 'none'), files: [], useFolder: true });
  assert.deepEqual(config, {
    files: [],
    labels: {},
    scan: { ignore: [], ignoreLiteral: [], defaultRules: true, commandLine: 'program', fixes: false },
    policy: [],
    check: { roles: null, reboot: null, accept: [] },
  });
});

test('--config counts before config.yaml, and config.yaml before config.d in order', async (t) => {
  const folder = temporaryFolder(t, {
    'etc/config.yaml': `${head}labels: {site: main, rack: r1}
scan: {ignore: [/main], ignore_literal: [/l1], command_line: full}
policy:
  - {unit: main.service, action: manual, reason: main}
check: {roles: [log], reboot: fail}
`,
    'etc/config.d/20-b.yaml': `${head}scan: {ignore: [/b], default_rules: false, command_line: none}\n`,
    'etc/config.d/10-a.yaml': `${head}labels: {rack: r2, row: a}
scan: {ignore: [/a]}
policy:

  - unit: a.service
    action: ignore
    reason: a
check:
  roles: [code]
  reboot: ok
  accept:
    - {unit: x.service, reason: CHG-1}
    - {path: "/opt/*", until: 2026-12-31, reason: CHG-2}
`,
    'etc/config.d/ignored.yml': 'not: read',
    'etc/config.d/.hidden.yaml': 'not: read',
    'own.yaml': `${head}labels: {site: own}\nscan: {ignore: [/own]}\npolicy: [{path: /own, action: reboot, reason: own}]\n`,
  });
  const own = join(folder, 'own.yaml');
  const main = join(folder, 'etc/config.yaml');
  const a = join(folder, 'etc/config.d/10-a.yaml');
  const b = join(folder, 'etc/config.d/20-b.yaml');
  const config = await loadConfig({ folder: join(folder, 'etc'), files: [own], useFolder: true });
  assert.deepEqual(config, {
    files: [own, main, a, b],
    labels: { site: 'own', rack: 'r1', row: 'a' },
    scan: {
      ignore: ['/own', '/main', '/a', '/b'],
      ignoreLiteral: ['/l1'],
      defaultRules: false,
      commandLine: 'full',
      fixes: false,
    },
    policy: [
      { path: '/own', action: 'reboot', reason: 'own', file: own, line: 5 },
      { unit: 'main.service', action: 'manual', reason: 'main', file: main, line: 6 },
      { unit: 'a.service', action: 'ignore', reason: 'a', file: a, line: 7 },
    ],
    check: {
      roles: ['log'],
      reboot: 'fail',
      accept: [
        { unit: 'x.service', reason: 'CHG-1', file: a, line: 14 },
        { path: '/opt/*', until: '2026-12-31', reason: 'CHG-2', file: a, line: 15 },
      ],
    },
  });
});

test('--no-config leaves only what --config names', async (t) => {
  const folder = temporaryFolder(t, {
    'config.yaml': 'this is: [not even yaml',
    'own.yaml': `${head}labels: {a: b}\n`,
  });
  const config = await loadConfig({ folder, files: [join(folder, 'own.yaml')], useFolder: false });
  assert.deepEqual(config.labels, { a: 'b' });
});

test('files that cannot be read', async (t) => {
  const folder = temporaryFolder(t, { 'latin1.yaml': '' });
  mkdirSync(join(folder, 'folder.yaml'));
  const rows: [files: string[], code: string, message: RegExp][] = [
    [[join(folder, 'none.yaml')], 'input_unreadable', /cannot read .*none\.yaml \(ENOENT\)/],
    [[join(folder, 'folder.yaml')], 'input_unreadable', /EISDIR/],
    [['-', '-'], 'usage', /given twice/],
  ];
  for (const [files, code, message] of rows) {
    await assert.rejects(loadConfig({ folder, files, useFolder: false }), (error) => {
      assert.ok(error instanceof LibUsersError);
      assert.equal(error.code, code);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, message);
      return true;
    });
  }
});

test('a folder that may not be read is an error, not an empty one', async (t) => {
  const folder = temporaryFolder(t, { 'etc/config.d/a.yaml': head });
  chmodSync(folder, 0o755);
  // Root may read every folder, so another user tries it in a second process, with the reader bundled in one file.
  const contents = `import { loadConfig } from './src/config/load.ts';
    loadConfig(JSON.parse(process.argv[2])).catch((error) => console.log(error.message));`;
  const stdin = { contents, resolveDir: projectRoot, loader: 'ts' } as const;
  const program = join(folder, 'load.cjs');
  await build({ stdin, bundle: true, platform: 'node', outfile: program });
  const options = { folder: join(folder, 'etc'), files: [], useFolder: true };
  const user = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const argv = [program, JSON.stringify(options)];
  chmodSync(join(folder, 'etc'), 0o000);
  const { stdout, stderr } = spawnSync(process.execPath, argv, { ...user, cwd: '/', encoding: 'utf8' });
  chmodSync(join(folder, 'etc'), 0o700);
  assert.match(stdout, /EACCES/, stderr);
});
