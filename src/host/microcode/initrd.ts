// The images in /boot -> the newest revision of microcode that a boot of one kernel would load. mkinitramfs(8) of Debian, dracut(8) of
// Fedora and SUSE, mkinitcpio(8) of Arch; the packages intel-ucode and amd-ucode of Arch and Alpine have an image of their own.

import { closeSync, fstatSync } from 'node:fs';
import { type Host, listTrusted, openTrusted, readTail } from '../trusted-file.ts';
import { findEarlyFile } from './early-cpio.ts';
import type { Loaded, Processor } from './processor.ts';
import { findRevision } from './revision.ts';
import { type Revision, spanOfFile } from './span.ts';

export interface BootImage {
  path: string;
  revision: Revision;
  /** When the file was last written, and when it was last changed in any way or moved, in nanoseconds since the epoch. */
  times: { writtenAtNs: bigint; changedAtNs: bigint } | null;
  /** Whether the boots of every kernel load it. */
  isShared: boolean;
}

const folder = '/boot';
const mostNames = 4096;
const early = {
  intel: 'kernel/x86/microcode/GenuineIntel.bin',
  amd: 'kernel/x86/microcode/AuthenticAMD.bin',
} as const;
const plainName = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/;

/**
 * Returns one answer for each image that the boot loads.
 * @param release the kernel that is to boot; null if that is not known
 */
export function readBootImages(
  host: Host,
  release: string | null,
  processor: Processor,
  loaded: Loaded,
): { images: BootImage[]; hasInitrd: boolean } {
  const listing = listTrusted(host, folder, mostNames);
  const present = listing.isPartial ? [] : listing.names;
  const initrd = release === null ? undefined : initrdNames(host, release).find((name) => present.includes(name));
  const shared = present.filter((name) => name === `${processor.vendor}-ucode.img`);
  const names = [...shared, ...(initrd === undefined ? [] : [initrd])];
  const images = names.map((name) => readImage(host, name, name !== initrd, processor, loaded));
  return { images, hasInitrd: initrd !== undefined };
}

/** Arch names the initrd of a kernel by its package. */
function initrdNames(host: Host, release: string): string[] {
  const base = readPackageBase(host, release);
  const named = [`initrd.img-${release}`, `initramfs-${release}.img`, `initrd-${release}`];
  return base === null ? named : [...named, `initramfs-${base}.img`];
}

function readPackageBase(host: Host, release: string): string | null {
  const file = plainName.test(release) ? openTrusted(host, '/usr/lib/modules', `${release}/pkgbase`) : null;
  const name = file === null ? '' : readTail(file).trim();
  return plainName.test(name) ? name : null;
}

function readImage(host: Host, name: string, isShared: boolean, processor: Processor, loaded: Loaded): BootImage {
  const unread: BootImage = { path: `${folder}/${name}`, revision: 'unknown', times: null, isShared };
  const file = openTrusted(host, folder, name);
  if (file === null) return unread;
  try {
    const { mtimeNs, ctimeNs } = fstatSync(file.fd, { bigint: true });
    const updates = findEarlyFile(spanOfFile(file.fd, file.size), early[processor.vendor]);
    const revision = typeof updates === 'string' ? updates : findRevision(updates, processor, loaded);
    return { ...unread, revision, times: { writtenAtNs: mtimeNs, changedAtNs: ctimeNs } };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return unread;
  } finally {
    closeSync(file.fd);
  }
}
