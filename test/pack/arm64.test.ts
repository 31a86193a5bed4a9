// The executables for the other architecture, under qemu's emulation of its oldest 64-bit processor. They were not tried on real
// hardware.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../support/cli.ts';
import { needs } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { parseReport, run, unpack, version } from './artefacts.ts';
import { muslRoot } from './musl-root.ts';

/**
 * Runs the words in a user namespace in which the kernel starts executables for arm64 with the emulator, so that the helpers of a
 * scan are emulated as well. binfmt_misc(5): the magic is the head of an ELF file, 64 bits, little endian, for machine 183.
 */
const register = `
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
bytes='\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00'
mask='\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff'
printf '%s' ":arm64:M::$bytes:$mask:$1:" >/proc/sys/fs/binfmt_misc/register
shift
exec "$@"`;

/** @param root the root folder that has the libraries */
function assertRuns(t: TestContext, target: 'arm64' | 'arm64-musl', root: string): void {
  const folder = temporaryFolder(t);
  const file = join(unpack(target, folder), 'lib-users');
  const emulator = join(folder, 'emulate');
  writeFileSync(emulator, `#!/bin/sh\nexec qemu-aarch64-static -L ${root} -cpu cortex-a53 "$@"\n`, { mode: 0o755 });
  const emulated = (...args: string[]) =>
    run('unshare', ['-Urm', '/bin/sh', '-ec', register, 'sh', emulator, file, ...args]);
  assert.equal(emulated('--version').stdout, `lib-users ${version}\n`);
  assert.equal(emulated('schema', 'report').stdout, runCli(['schema', 'report']).stdout);
  parseReport(emulated('scan', '--no-config', '--format', 'json'));
}

test('the executable for arm64 runs, and scans', (t) => {
  if (!needs(t, 'qemu-aarch64-static', 'libc6-arm64-cross', 'binfmt of a user namespace', 'xz')) return;
  assertRuns(t, 'arm64', '/usr/aarch64-linux-gnu');
});

test('the executable for arm64 with musl runs, and scans', (t) => {
  if (!needs(t, 'qemu-aarch64-static', 'binfmt of a user namespace', 'mounts', 'PID namespace', 'debootstrap', 'xz'))
    return;
  assertRuns(t, 'arm64-musl', muslRoot(t, 'arm64').root);
});
