// The folder of firmware -> the newest revision in it for this host's processor. The names are those of the kernel
// (arch/x86/kernel/cpu/microcode), and .initramfs is Debian's: intel-microcode has updates that only an early load may use.

import { closeSync } from 'node:fs';
import { hostFileExists } from '../files.ts';
import { type Host, listTrusted, openTrusted } from '../trusted-file.ts';
import type { Loaded, Processor } from './processor.ts';
import { findRevision } from './revision.ts';
import { type Revision, spanOfFile } from './span.ts';

/** /lib is a link to usr/lib on nearly all hosts. */
const parents = ['/usr/lib/firmware', '/lib/firmware'];
const mostNames = 4096;
/** Packed updates are not read. */
const packings = ['.xz', '.zst'];
/** The first family of AMD with a file of its own. */
const firstOwnFile = 0x15;

/** Returns one answer for each file that may be for this processor. Empty if there is no such file. */
export function readFirmware(host: Host, processor: Processor, loaded: Loaded): Revision[] {
  const folder = parents.map((parent) => `${parent}/${processor.vendor}-ucode`).find((path) => mayExist(host, path));
  if (folder === undefined) return [];
  const { names: present, isPartial } = listTrusted(host, folder, mostNames);
  // No package has a folder without updates.
  if (isPartial || present.length === 0) return ['unknown'];
  const names = fileNames(processor);
  const packed = names.flatMap((name) => packings.map((packing) => `${name}${packing}`));
  return [
    ...names.filter((name) => present.includes(name)).map((name) => readUpdates(host, folder, name, processor, loaded)),
    ...packed.filter((name) => present.includes(name)).map((): Revision => 'unknown'),
  ];
}

function mayExist(host: Host, path: string): boolean {
  return !host.isLocal(path) || hostFileExists(host.root, path) !== false;
}

function fileNames({ vendor, family, model, stepping }: Processor): string[] {
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  if (vendor === 'amd') return [family < firstOwnFile ? 'microcode_amd.bin' : `microcode_amd_fam${hex(family)}h.bin`];
  const name = [family, model, stepping].map(hex).join('-');
  return [name, `${name}.initramfs`];
}

function readUpdates(host: Host, folder: string, name: string, processor: Processor, loaded: Loaded): Revision {
  const file = openTrusted(host, folder, name);
  if (file === null) return 'unknown';
  try {
    return findRevision(spanOfFile(file.fd, file.size), processor, loaded);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return 'unknown';
  } finally {
    closeSync(file.fd);
  }
}
