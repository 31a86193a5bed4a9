// The executable for the other architecture, under qemu's emulation of its oldest 64-bit processor.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { skipUnless } from '../support/skip.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { parseReport, run, unpack, version } from './artefacts.ts';

const emulator = 'qemu-aarch64-static';
const emulate = ['-L', '/usr/aarch64-linux-gnu', '-cpu', 'cortex-a53'];

test('the executable for arm64 runs, and scans', (t) => {
  if (!skipUnless(t, spawnSync(emulator, ['--version']).status === 0, `needs ${emulator}`)) return;
  const file = join(unpack('arm64', temporaryFolder(t)), 'lib-users');
  assert.equal(run(emulator, [...emulate, file, '--version']).stdout, `lib-users ${version}\n`);
  const schema = ['schema', 'report'];
  assert.equal(run(emulator, [...emulate, file, ...schema]).stdout, runCli(schema).stdout);
  parseReport(run(emulator, [...emulate, file, 'scan', '--no-config', '--format', 'json']));
});
