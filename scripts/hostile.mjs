// `npm run test:hostile`: runs every test of hostile hosts, and those of hostile files at the place of an output, one file after the
// other, because a process that blocks its readers would disturb the others. At the end it prints the figures that the tests give
// through test/support/test-counters.ts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './project.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lib-users-hostile-'));
const figures = join(folder, 'figures');
writeFileSync(figures, '');
const began = Date.now();
const { status } = spawnSync(
  process.execPath,
  ['scripts/test.mjs', 'test/hostile', 'test/output.test.ts', '--test-concurrency=1'],
  { stdio: 'inherit', cwd: root, env: { ...process.env, LIB_USERS_FIGURES: figures } },
);
const sums = new Map();
for (const [, count, name] of readFileSync(figures, 'utf8').matchAll(/^([0-9]+) (.+)$/gm)) {
  sums.set(name, (sums.get(name) ?? 0) + Number(count));
}
rmSync(folder, { recursive: true });
for (const name of ['processes raced', 'scans', 'inputs fuzzed', 'faults injected']) {
  console.log(`${String(sums.get(name) ?? 0).padStart(12)} ${name}`);
}
console.log(
  `${status === 0 ? '           0' : '  not nothing'} lost, hung or crashed, in ${Math.round((Date.now() - began) / 1000)} s`,
);
process.exitCode = status ?? 1;
