// Arguments, titles and environments of processes contain secrets: no form of any result has one, unless
// --command-line full asks for the arguments.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, readlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { python, runCli, someLibrary, start, untilMapped, workFolder } from '../support/live.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const secret = 'hunter2-in-arguments';
const formats = {
  scan: ['ndjson', 'text', 'rows', 'lines', 'machine', 'openmetrics'],
  plan: ['ndjson', 'text'],
  check: ['ndjson', 'text', 'rows', 'junit', 'nagios', 'github', 'openmetrics'],
};
test('no argument and no variable of the environment is in any form of a result', async (t) => {
  if (!needs(t, 'python3')) return;
  const library = join(workFolder(t), 'libsecret.so');
  copyFileSync(someLibrary(), library);
  const env = { LD_PRELOAD: library, TOKEN: secret };
  const plain = await start(t, [python!, '-c', 'import time; time.sleep(600)', `--password=${secret}`, secret], {
    env,
  });
  // A title like those of PostgreSQL and sshd: one argument with blanks.
  const titled = await start(
    t,
    ['/bin/bash', '--norc', '-c', `exec -a "worker: -p ${secret}" ${python} -c 'import time; time.sleep(600)'`],
    { env },
  );
  // The shell maps the library too, before it becomes Python.
  await until('the shell is Python', () => readlinkSync(`/proc/${titled.pid}/exe`).includes('python'));
  for (const { pid } of [plain, titled]) await untilMapped(pid, library);
  unlinkSync(library);

  const scan = ['scan', '--no-systemctl', '--pid', String(plain.pid), '--pid', String(titled.pid)];
  for (const mode of [[], ['--command-line', 'none']]) {
    const report = printAll(t, 'scan', [...scan, ...mode], '');
    assert.ok(report.includes(library));
    for (const command of ['plan', 'check'] as const) printAll(t, command, [command, '-'], report);
  }
  const full = runCli([...scan, '--no-config', '--command-line', 'full', '--format', 'json']).stdout;
  assert.ok(full.includes(`--password=${secret}`), 'who asks for all of it gets all of it');
});

/** Runs the command in all its formats at once, and checks that none has the secret; returns the JSON. */
function printAll(t: TestContext, command: keyof typeof formats, args: readonly string[], input: string): string {
  const folder = temporaryFolder(t);
  const also = formats[command].flatMap((format) => ['--also', `${format}=${join(folder, format)}`]);
  const { stdout, stderr } = runCli([...args, '--no-config', '--format', 'json', ...also], { input });
  const texts = formats[command].map((format) => [format, readFileSync(join(folder, format), 'utf8')] as const);
  for (const [format, text] of [...texts, ['json', stdout], ['stderr', stderr]]) {
    assert.ok(!text!.includes(secret), `${command} ${format}`);
  }
  return stdout;
}
