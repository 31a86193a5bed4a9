// A whole virtual machine for tests: QEMU without KVM, whose clock goes by instructions and leaps while the machine is idle, so that
// a day passes in much less time. It has no network. It is told what to do by its own files, and its answers are read from its disk.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guestBase, guestObstacle } from '../guest/base.ts';
import { run } from '../guest/run.ts';
import { placeInGuest } from '../support/program.ts';
import { projectRoot } from '../support/project.ts';

const programs = { 'qemu-system-x86_64': 'qemu-system-x86', mke2fs: 'e2fsprogs', debugfs: 'e2fsprogs' };

/** The kernel's own thread wakes up each few milliseconds else, and each time that an idle machine wakes up costs about half a millisecond. */
const fewWakeUps = 'mitigations=off rcutree.jiffies_till_first_fqs=50 rcutree.jiffies_till_next_fqs=50';

/** Why no machine can be made here; null if one can. */
export function machineObstacle(): string | null {
  if (process.arch !== 'x64') return 'needs x86-64';
  for (const [program, name] of Object.entries(programs)) {
    if (spawnSync(program, ['-V'], { stdio: 'ignore' }).error) return `needs ${program} (Debian package ${name})`;
  }
  return guestObstacle();
}

/** Makes folder/disk, the disk of a machine that begins with as many hours of scans. Takes some minutes, and the network. */
export async function makeDisk(folder: string, hours: number): Promise<void> {
  const { tree: base } = guestBase('bookworm');
  const files = join(folder, 'files');
  const tree = join(folder, 'tree');
  cpSync(join(projectRoot, 'test/machine/files'), files, { recursive: true });
  const { binds, command } = placeInGuest('/opt/lib-users/lib-users');
  mkdirSync(join(files, 'opt/lib-users'));
  for (const [from, to] of Object.entries(binds)) cpSync(from, join(files, to), { dereference: true });
  writeFileSync(join(files, 'opt/day/lib-users'), `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  writeFileSync(join(files, 'opt/day/hours'), `${hours}\n`);
  const make = ['sh', join(projectRoot, 'test/machine/tree.sh'), base, tree, files];
  await run(['unshare', '--mount', '--propagation', 'private', '--', ...make], { timeout: 900_000 });
  // Under its last name only if it is whole.
  const disk = join(folder, 'disk');
  await run(['mke2fs', '-q', '-t', 'ext4', '-d', tree, `${disk}.new`, '4G'], { timeout: 300_000 });
  renameSync(`${disk}.new`, disk);
  rmSync(tree, { recursive: true });
  rmSync(files, { recursive: true });
}

/** Copies a folder of the machine's disk into the new folder `to`, while the machine is off. */
export async function readFolder(disk: string, path: string, to: string): Promise<void> {
  mkdirSync(to);
  await run(['debugfs', '-R', `rdump ${path} ${to}`, disk], { timeout: 300_000 });
}

/**
 * Boots the machine with the kernel that its links /vmlinuz and /initrd.img name, as a boot loader would, until it turns itself off or
 * reboots. `began` is what its clock says first. Returns the text of its console. Throws if it is not off after `timeout` milliseconds.
 */
export async function bootOnce(disk: string, began: Date, timeout: number): Promise<string> {
  const kernels = {} as Record<'vmlinuz' | 'initrd.img', string>;
  for (const name of ['vmlinuz', 'initrd.img'] as const) {
    const { stdout } = await run(['debugfs', '-R', `stat /${name}`, disk]);
    const target = /^Fast link dest: "(.*)"$/m.exec(stdout)?.[1];
    if (target === undefined) throw new Error(`/${name} is no link on ${disk}\n${stdout}`);
    kernels[name] = `${disk}.${name}`;
    await run(['debugfs', '-R', `dump /${target} ${kernels[name]}`, disk]);
  }
  const log = `${disk}.console`;
  const clock = began.toISOString().slice(0, 19);
  const argv = [
    ...['-accel', 'tcg', '-icount', 'shift=0,sleep=off', '-rtc', `base=${clock},clock=vm`],
    ...['-machine', 'q35,hpet=off', '-cpu', 'max', '-m', '1024', '-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none', '-nic', 'none', '-serial', `file:${log}`],
    ...['-kernel', kernels.vmlinuz, '-initrd', kernels['initrd.img']],
    ...['-append', `root=/dev/vda rw console=ttyS0 ${fewWakeUps}`],
    // Nobody needs the disk after a power failure.
    ...['-drive', `file=${disk},format=raw,if=none,id=disk,cache=unsafe`, '-device', 'virtio-blk-pci,drive=disk'],
  ];
  const errors = openSync(`${disk}.qemu`, 'w');
  // If this test is killed, so is the machine.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...argv], {
    stdio: ['ignore', errors, errors],
    timeout,
    killSignal: 'SIGKILL',
  });
  closeSync(errors);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const text = readFileSync(log, 'utf8');
  if (status === 0) return text;
  throw new Error(`qemu ended with ${status}\n${readFileSync(`${disk}.qemu`, 'utf8')}${text.slice(-4000)}`);
}
