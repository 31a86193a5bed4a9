// The image of the running kernel's release on disk -> whether it is another build than the one that runs: Debian and Ubuntu bring a
// mended kernel under the release of the one before. Linux, Documentation/arch/x86/boot.rst (kernel_version); uname(2), version.

import { join } from 'node:path';
import { readBootTime } from './clock.ts';
import { readBirthNs, readStatusChangedNs } from './file-times.ts';
import { readHostFile } from './files.ts';
import { isReadable } from './kernels.ts';
import type { Host } from './trusted-file.ts';

/** From header version 2.00 on. The text stands in the first sectors of the image, behind the header. */
const magic = { at: 0x202, text: 'HdrS' };
const pointer = 0x20e;
const base = 0x200;
const setupBytes = 64 * 1024;
const longest = 512;
const secondNs = 1_000_000_000n;

/**
 * Returns whether the image names another build than the running kernel names itself. An image without a header that we know (not of
 * x86) is another one if it came to disk after the boot: a package may then have been installed anew. An image on a mount that may hang
 * is not read. Null if nothing tells.
 */
export function isOtherBuild(host: Host, procPath: string, release: string): boolean | null {
  const { root } = host;
  const version = readHostFile(procPath, 'sys/kernel/version')?.trim() || null;
  for (const path of [
    `boot/vmlinuz-${release}`,
    `usr/lib/modules/${release}/vmlinuz`,
    `lib/modules/${release}/vmlinuz`,
  ]) {
    if (!isReadable(host, path)) continue;
    // latin1: the header is no text, and each byte must keep its place.
    const image = readHostFile(root, path, setupBytes, 'latin1');
    const named = image === null ? null : parseImageVersion(image);
    if (version !== null && named?.startsWith(`${release} (`)) return !named.trimEnd().endsWith(`) ${version}`);
    // An ordinary user may not read the image, and still sees its times.
    const isLater = cameAfterBoot(join(root, path), readBootTime(procPath));
    if (isLater !== null) return isLater;
  }
  return null;
}

/**
 * Parses the kernel's name in the header of a bzImage, as in `6.1.0-28-amd64 (debian-kernel@lists.debian.org) #1 SMP … 6.1.119-1 …`.
 * @param image its beginning, one UTF-16 unit a byte; null if there is no such header or no name in it
 */
function parseImageVersion(image: string): string | null {
  if (image.length < pointer + 2 || !image.startsWith(magic.text, magic.at)) return null;
  const start = image.charCodeAt(pointer) + image.charCodeAt(pointer + 1) * 256;
  const end = image.indexOf('\0', base + start);
  if (start === 0 || end === -1 || end - base - start > longest) return null;
  return image.slice(base + start, end);
}

function cameAfterBoot(path: string, bootTime: number | null): boolean | null {
  // A file system without births changes at least this time if a package manager puts the file there.
  const came = readBirthNs(path) ?? readStatusChangedNs(path);
  if (came === null || bootTime === null) return null;
  return came > BigInt(bootTime) * secondNs + secondNs;
}
