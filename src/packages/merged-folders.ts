// A path -> all names of the same file. /bin, /lib and others are links into /usr, so a database may list /lib/x for the kernel's
// /usr/lib/x. The host's own links say which names are the same (hier(7), file-hierarchy(7)).

import { readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path/posix';
import type { Bytes } from '../procfs/bytes.ts';

const candidates = [
  'bin',
  'sbin',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'libo32',
  'usr/sbin',
  'usr/lib64',
  'var/run',
  'var/lock',
];

/** Folder that is a link -> the folder that it leads to, both with a slash at each end: `/lib/` -> `/usr/lib/`. */
export type MergedFolders = ReadonlyMap<Bytes, Bytes>;

export function readMergedFolders(root: string): MergedFolders {
  const links = new Map<Bytes, Bytes>();
  for (const folder of candidates) {
    try {
      const target = readlinkSync(join(root, folder), 'latin1');
      links.set(`/${folder}/`, `${resolve('/', dirname(folder), target)}/`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return links;
}

/** The name without links: /sbin/x may lead to /usr/sbin/x, and that to /usr/bin/x. */
export function resolveName(path: Bytes, merged: MergedFolders): Bytes {
  let name = path;
  for (let hops = 0; hops < 3; hops++) {
    const link = [...merged].find(([from]) => name.startsWith(from));
    if (!link) break;
    name = link[1] + name.slice(link[0].length);
  }
  return name;
}

/** All names under which a database may list the file at `path`. */
export function namesOf(path: Bytes, merged: MergedFolders): Bytes[] {
  const name = resolveName(path, merged);
  const others = [...merged.keys()].flatMap((from) => {
    const to = resolveName(from, merged);
    return name.startsWith(to) ? [from + name.slice(to.length)] : [];
  });
  return [...new Set([path, name, ...others])];
}

/** Name -> the paths in question that are the same file. */
export function indexNames(paths: readonly Bytes[], merged: MergedFolders): Map<Bytes, Bytes[]> {
  const index = new Map<Bytes, Bytes[]>();
  for (const path of paths) {
    for (const name of namesOf(path, merged)) index.set(name, [...(index.get(name) ?? []), path]);
  }
  return index;
}
