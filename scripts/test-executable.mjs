// `npm run test:executable`: builds the standalone executable for this machine, then runs the tests that start the program
// against it. Arguments are those of scripts/test.mjs, as in `-- test/guest/scan.test.ts --test-concurrency=1`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildExecutable } from './pack/executable.mjs';
import { hostTargetName } from './pack/targets.mjs';
import { root } from './project.mjs';

// The fuzzers read within Node and start nothing.
const hostile = readdirSync(join(root, 'test/hostile')).filter((file) => /^(?!fuzz).*\.test\.ts$/.test(file));
const runs = [
  ['test/cli', 'test/live', 'test/documents/schema.test.ts'],
  // One file after the other, because a process that blocks its readers would disturb the others.
  [...hostile.map((file) => `test/hostile/${file}`), '--test-concurrency=1'],
];

const args = process.argv.slice(2);
const namesFiles = args.some((arg) => !arg.startsWith('-'));
const env = { ...process.env, LIB_USERS_PROGRAM: buildExecutable(hostTargetName()) };
for (const run of namesFiles ? [[]] : runs) {
  const argv = ['scripts/test.mjs', ...run, ...args];
  const { status, signal } = spawnSync(process.execPath, argv, { stdio: 'inherit', cwd: root, env });
  if (signal) process.kill(process.pid, signal);
  process.exitCode ||= status ?? 1;
}
