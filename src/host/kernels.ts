// The module directories and the boot images -> the installed kernels. depmod(8), kernel-install(8), and the packages of Debian,
// Ubuntu, Fedora, SUSE and Arch.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBirthNs } from './file-times.ts';

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

/** All installed kernels below `root`, by release; empty if no folder can be read. */
export function readInstalledKernels(root: string): InstalledKernel[] {
  const modules = new Set(
    moduleFolders.flatMap((folder) =>
      list(join(root, folder)).filter((release) => holdsModules(join(root, folder, release))),
    ),
  );
  const images = new Set(list(join(root, 'boot')).flatMap(releasesOfImage));
  return [...new Set([...modules, ...images])].sort().map((release) => ({ release, hasModules: modules.has(release) }));
}

/**
 * When the kernel came to disk, in nanoseconds since the epoch: the birth of its image or, without one, of its modules; null if
 * it is not known. The other times of these files are those of the package.
 */
export function readInstalledAtNs(root: string, release: string): bigint | null {
  const images = list(join(root, 'boot')).filter((name) => releasesOfImage(name).includes(release));
  const modules = moduleFolders.flatMap((folder) => ['vmlinuz', 'kernel'].map((file) => join(folder, release, file)));
  for (const path of [...images.map((name) => join('boot', name)), ...modules]) {
    const birth = readBirthNs(join(root, path));
    if (birth !== null) return birth;
  }
  return null;
}

/** A removed kernel may leave its folder behind, empty or with modules that DKMS built. Such a folder is not a kernel. */
function holdsModules(folder: string): boolean {
  if (['modules.dep', 'vmlinuz'].some((file) => existsSync(join(folder, file)))) return true;
  return list(join(folder, 'kernel')).length > 0;
}

function releasesOfImage(name: string): string[] {
  const release = noImage.test(name) ? undefined : image.exec(name)?.[1];
  return release === undefined ? [] : [release];
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}
