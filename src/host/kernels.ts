// The module directories and the boot images -> the installed kernels. depmod(8), kernel-install(8), and the packages of Debian,
// Ubuntu, Fedora, SUSE and Arch.

import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBirthNs } from './file-times.ts';
import type { Host } from './trusted-file.ts';

export interface InstalledKernel {
  release: string;
  /** Whether its modules are on disk; if not, only an image in /boot has its release in the name. */
  hasModules: boolean;
}

/** /lib is a link to usr/lib on nearly all hosts; on the others, either folder may have the modules. */
const moduleFolders = ['lib/modules', 'usr/lib/modules'];
/** vmlinuz on most, vmlinux-….gz on SUSE and POWER, Image and image on arm64 and s390x, kernel on Gentoo. */
const image = /^(?:vmlinuz|vmlinux|Image|image|kernel)-([0-9]+\.[0-9].*?)(?:\.gz|\.xz|\.zst)?$/;
/** Copies and signatures beside an image. */
const noImage = /\.(?:old|bak|hmac|sig|signed|dpkg-[a-z]+|rpm[a-z]+)$|~$/;

/**
 * All installed kernels, by release; empty if no folder can be read. A folder on a mount that may hang is not read: if /boot is on one, the
 * modules tell which kernels there are, and the running kernel is not known to be installed if it has none.
 */
export function readInstalledKernels(host: Host): InstalledKernel[] {
  const modules = new Set(
    moduleFolders.flatMap((folder) =>
      list(host, folder).filter((release) => holdsModules(host, join(folder, release))),
    ),
  );
  const images = new Set(list(host, 'boot').flatMap(releasesOfImage));
  return [...new Set([...modules, ...images])].sort().map((release) => ({ release, hasModules: modules.has(release) }));
}

/**
 * When the kernel came to disk, in nanoseconds since the epoch: the birth of its image or, without one, of its modules; null if
 * it is not known. The other times of these files are those of the package.
 */
export function readInstalledAtNs(host: Host, release: string): bigint | null {
  const images = list(host, 'boot').filter((name) => releasesOfImage(name).includes(release));
  const modules = moduleFolders.flatMap((folder) => ['vmlinuz', 'kernel'].map((file) => join(folder, release, file)));
  for (const path of [...images.map((name) => join('boot', name)), ...modules]) {
    const birth = isReadable(host, path) ? readBirthNs(join(host.root, path)) : null;
    if (birth !== null) return birth;
  }
  return null;
}

/** A removed kernel may leave its folder behind, empty or with modules that DKMS built. Such a folder is not a kernel. */
function holdsModules(host: Host, folder: string): boolean {
  if (['modules.dep', 'vmlinuz'].some((file) => isKernelFile(host, join(folder, file)))) return true;
  return list(host, join(folder, 'kernel')).length > 0;
}

/** Whether there is such a file of a kernel; false also on a mount that may hang. */
export function isKernelFile(host: Host, path: string): boolean {
  return isReadable(host, path) && existsSync(join(host.root, path));
}

/** Whether a look at the path cannot hang. /lib may be a link to usr/lib, and /usr another mount. */
export function isReadable({ root, isLocal }: Host, path: string): boolean {
  const absolute = join('/', path);
  if (!isLocal(absolute)) return false;
  return !absolute.startsWith('/lib/') || isLocal(`/usr${absolute}`) || !isLink(join(root, 'lib'));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function releasesOfImage(name: string): string[] {
  const release = noImage.test(name) ? undefined : image.exec(name)?.[1];
  return release === undefined ? [] : [release];
}

function list(host: Host, folder: string): string[] {
  if (!isReadable(host, folder)) return [];
  try {
    return readdirSync(join(host.root, folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}
