// The code cache beside the built file: taken where it fits, and never needed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { builtFile, runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

const caches = readdirSync(dirname(builtFile)).filter((name) => name.endsWith('.cache'));
const version = ['--version'];
const scan = ['scan', '--no-config', '--no-systemctl', '--quiet', '--pid', String(process.pid), '--json'];

test('the build lays a cache beside the file, and the Node that made it takes it', (t) => {
  assert.equal(caches.length, 1);
  const preload = `
    const vm = require('node:vm');
    vm.Script = class extends vm.Script {
      constructor(code, options) {
        super(code, options);
        if (options.cachedData) console.error('rejected: ' + this.cachedDataRejected);
      }
    };`;
  const folder = temporaryFolder(t, { 'preload.cjs': preload });
  const argv = ['--require', join(folder, 'preload.cjs'), builtFile, ...version];
  const { stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  assert.equal(stderr, 'rejected: false\n');
});

for (const [name, spoil] of [
  ['without a cache', null],
  ['with an empty one', (path: string) => truncateSync(path, 0)],
  ['with half a one', (path: string) => truncateSync(path, 5000)],
  ['with one that is none', (path: string) => writeFileSync(path, 'x'.repeat(100_000))],
] as const) {
  test(`${name} it does the same`, (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'lib-users.cjs');
    copyFileSync(builtFile, file);
    if (spoil) {
      for (const cache of caches) {
        const path = join(folder, cache);
        copyFileSync(join(dirname(builtFile), cache), path);
        spoil(path);
      }
    }
    const { code, stdout, stderr } = runCli(scan, {}, file);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(JSON.parse(stdout).kind, 'lib-users/report');
  });
}
