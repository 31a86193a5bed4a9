// `npm run test:soak`: scans beside processes that come, go and behave badly, for half an hour. Options: `-- --minutes 30`,
// `--every 10` (seconds), `--seed 1` (a run prints its own), `--program FILE` (an executable in place of the npm file).
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { root } from './project.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    every: { type: 'string', default: '10' },
    seed: { type: 'string' },
    program: { type: 'string' },
  },
});
const env = {
  ...process.env,
  SOAK_SECONDS: String(Number(values.minutes) * 60),
  SOAK_EVERY: values.every,
  ...(values.seed === undefined ? {} : { SOAK_SEED: values.seed }),
  ...(values.program === undefined ? {} : { LIB_USERS_PROGRAM: values.program }),
};
const argv = ['scripts/test.mjs', 'test/hostile/soak.test.ts', '--test-reporter=spec'];
const { status, signal } = spawnSync(process.execPath, argv, { stdio: 'inherit', cwd: root, env });
if (signal) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
