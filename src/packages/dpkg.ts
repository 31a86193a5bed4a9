// dpkg's own files: info/*.list says which paths a package has, status which version is installed. dpkg(1).
// No process is started: the list files are searched as bytes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Owners } from './packages.ts';

export function readDpkg(paths: readonly Bytes[], root: string): Owners {
  const folder = join(root, 'var/lib/dpkg');
  try {
    const owners = new Map<Bytes, Package>();
    const spellings = new Map(paths.flatMap((path) => namesOf(path).map((name) => [name, path] as const)));
    const byPackage = findOwners(join(folder, 'info'), spellings);
    const versions = readVersions(join(folder, 'status'), new Set(byPackage.values()));
    for (const [path, owner] of byPackage) {
      const version = versions.get(owner);
      if (version !== undefined) owners.set(path, { manager: 'dpkg', name: owner.split(':')[0] ?? owner, version });
    }
    return { owners, problem: null };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { owners: new Map(), problem: `${folder} cannot be read (${code})` };
  }
}

/** Since the merge of / and /usr the kernel says /usr/lib where older packages list /lib. */
function namesOf(path: Bytes): Bytes[] {
  const merged = /^\/usr(\/(?:bin|sbin|lib|lib32|lib64|libx32|libo32)\/.*)$/s.exec(path);
  return merged ? [path, merged[1] ?? ''] : [path, `/usr${path}`];
}

/** Path -> the name of the list file, `name` or `name:arch`. */
function findOwners(folder: string, spellings: ReadonlyMap<Bytes, Bytes>): Map<Bytes, string> {
  const owners = new Map<Bytes, string>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.list')) continue;
    const list = readFileSync(join(folder, file), 'latin1');
    for (const [name, path] of spellings) {
      const at = list.indexOf(`${name}\n`);
      if (at !== -1 && (at === 0 || list[at - 1] === '\n')) owners.set(path, file.slice(0, -'.list'.length));
    }
  }
  return owners;
}

/** Versions of installed packages, by `name` and by `name:arch`. */
function readVersions(file: string, wanted: ReadonlySet<string>): Map<string, string> {
  const versions = new Map<string, string>();
  if (wanted.size === 0) return versions;
  for (const block of readFileSync(file, 'utf8').split('\n\n')) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const name = field('Package');
    const version = field('Version');
    if (name === undefined || version === undefined || !/^Status: .* installed$/m.test(block)) continue;
    for (const key of [name, `${name}:${field('Architecture')}`]) if (wanted.has(key)) versions.set(key, version);
  }
  return versions;
}
