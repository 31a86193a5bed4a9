// A scan of many processes where there is no room for more threads: a user's RLIMIT_NPROC counts threads (setrlimit(2)).

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtFile, plainEnvironment } from '../support/cli.ts';
import { skipUnless } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('without room for another thread the scan is made by one', (t) => {
  if (!skipUnless(t, process.geteuid?.() === 0, 'needs root to become a user of few processes')) return;
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const file = join(folder, 'lib-users.cjs');
  copyFileSync(builtFile, file);
  for (let pid = 1; pid <= 1000; pid++) mkdirSync(join(folder, String(pid)));
  const scan = [process.execPath, file, 'scan', '--no-config', '--no-systemctl', '--json', '--proc', folder];
  // A uid that nothing else runs as.
  const user = ['setpriv', '--reuid=64321', '--regid=64321', '--clear-groups'];
  const outcomes = [7, 8, 9, 10, 11, 12, 20].map((limit) => {
    const argv = [...user, 'prlimit', `--nproc=${limit}`, ...scan];
    // Node itself waits for ever where it cannot make the threads of its own.
    const options = { encoding: 'utf8', timeout: 5000, killSignal: 'SIGKILL', env: plainEnvironment() } as const;
    const { status, signal, stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), options);
    if (signal === 'SIGKILL') return 'no Node';
    assert.equal(status, 0, `${limit} threads: ${stderr}`);
    return String(JSON.parse(stdout).scan.processes.seen);
  });
  assert.equal(outcomes.at(-1), '1000');
  assert.ok(
    outcomes.every((outcome) => outcome === '1000' || outcome === 'no Node'),
    outcomes.join(),
  );
});
