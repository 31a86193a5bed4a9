// The executables for the other architecture, under qemu's emulation of its oldest 64-bit processor. They were not tried on real
// hardware.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { parseReport, run, unpack, version } from './artefacts.ts';
import { muslRoot } from './musl-root.ts';

/** @param root the root folder that has the libraries */
function assertRuns(t: TestContext, target: 'arm64' | 'arm64-musl', root: string): void {
  const file = join(unpack(target, temporaryFolder(t)), 'lib-users');
  const emulated = (...args: string[]) => run('qemu-aarch64-static', ['-L', root, '-cpu', 'cortex-a53', file, ...args]);
  assert.equal(emulated('--version').stdout, `lib-users ${version}\n`);
  assert.equal(emulated('schema', 'report').stdout, runCli(['schema', 'report']).stdout);
  parseReport(emulated('scan', '--no-config', '--format', 'json'));
}

test('the executable for arm64 runs, and scans', (t) => {
  if (needs(t, 'qemu-aarch64-static', 'libc6-arm64-cross', 'xz')) assertRuns(t, 'arm64', '/usr/aarch64-linux-gnu');
});

test('the executable for arm64 with musl runs, and scans', (t) => {
  if (!needs(t, 'qemu-aarch64-static', 'mounts', 'PID namespace', 'debootstrap', 'xz')) return;
  assertRuns(t, 'arm64-musl', muslRoot(t, 'arm64').root);
});
