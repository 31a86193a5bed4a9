// The module directories and the boot images -> the kernels that are installed. Sources of truth: depmod(8), kernel-install(8),
// and what the packages of Debian, Ubuntu, Fedora, SUSE and Arch put there.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface InstalledKernel {
  release: string;
  /** Its modules are on disk; else only an image in /boot bears its release. */
  hasModules: boolean;
}

/** /lib is a link to usr/lib nearly everywhere; where it is not, either may hold them. */
const moduleFolders = ['lib/modules', 'usr/lib/modules'];
/** vmlinuz on most, vmlinux-….gz on SUSE and POWER, Image and image on arm64 and s390x, kernel on Gentoo. */
const image = /^(?:vmlinuz|vmlinux|Image|image|kernel)-([0-9]+\.[0-9].*?)(?:\.gz|\.xz|\.zst)?$/;
/** Copies and signatures beside an image. */
const noImage = /\.(?:old|bak|hmac|sig|signed|dpkg-[a-z]+|rpm[a-z]+)$|~$/;

/** Every installed kernel below `root`, by release; empty where nothing can be seen. */
export function readInstalledKernels(root: string): InstalledKernel[] {
  const modules = new Set(
    moduleFolders.flatMap((folder) =>
      list(join(root, folder)).filter((release) => holdsModules(join(root, folder, release))),
    ),
  );
  const images = new Set(list(join(root, 'boot')).flatMap(releasesOfImage));
  return [...new Set([...modules, ...images])].sort().map((release) => ({ release, hasModules: modules.has(release) }));
}

/** A removed kernel's folder may stay behind, empty or with modules that DKMS built: that is no kernel. */
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
