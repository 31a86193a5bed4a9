// dpkg's own files -> the packages that own paths: info/*.list has the paths of each package, diversions has their real places, and
// status the installed version. dpkg(1), dpkg-divert(1). No process is started; each list is read once.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Owners } from './ask.ts';
import { indexNames, readMergedFolders } from './merged-folders.ts';

interface Diversion {
  to: Bytes;
  /** The package that keeps the name for itself; null if the administrator diverted it for all packages. */
  by: string | null;
}

export function readDpkg(paths: readonly Bytes[], root: string): Owners {
  const folder = join(root, 'var/lib/dpkg');
  try {
    return { owners: findOwners(paths, root, folder), problem: null };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { owners: new Map(), problem: `${folder} cannot be read (${code})` };
  }
}

function findOwners(paths: readonly Bytes[], root: string, folder: string): Map<Bytes, Package> {
  const owners = new Map<Bytes, Package>();
  const diversions = readDiversions(join(folder, 'diversions'));
  const names = indexNames(paths, readMergedFolders(root));
  // A diverted file is listed under the name that it had before.
  const diverted = [...diversions].flatMap(([from, { to }]) => (names.has(to) ? [from] : []));
  const listed = new Set([...names.keys(), ...diverted]);
  const installed = parseDpkgStatus(readFileSync(join(folder, 'status'), 'latin1'));
  for (const list of readdirSync(join(folder, 'info'), 'latin1').sort()) {
    const version = list.endsWith('.list') ? installed.get(list.slice(0, -'.list'.length)) : undefined;
    if (version === undefined) continue;
    const name = list.slice(0, -'.list'.length).split(':')[0]!;
    for (const entry of findLines(readFileSync(join(folder, 'info', list), 'latin1'), listed)) {
      const diversion = diversions.get(entry);
      const file = diversion && diversion.by !== name ? diversion.to : entry;
      for (const path of names.get(file) ?? []) {
        if (!owners.has(path)) owners.set(path, { manager: 'dpkg', name, version });
      }
    }
  }
  return owners;
}

function findLines(list: Bytes, wanted: ReadonlySet<Bytes>): Bytes[] {
  const found: Bytes[] = [];
  for (let start = 0; start < list.length; ) {
    const end = list.indexOf('\n', start);
    const line = list.slice(start, end === -1 ? undefined : end);
    if (wanted.has(line)) found.push(line);
    if (end === -1) break;
    start = end + 1;
  }
  return found;
}

/** Versions by `name` and by `name:architecture`, like the lists. A package that was removed but left its configuration has none. */
export function parseDpkgStatus(status: Bytes): Map<string, string> {
  const versions = new Map<string, string>();
  for (const block of status.split(/\n\n+/)) {
    const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(block)?.[1];
    const name = field('Package');
    const version = field('Version');
    if (name === undefined || version === undefined) continue;
    if (/ (?:not-installed|config-files)$/.test(field('Status') ?? ' not-installed')) continue;
    for (const key of [name, `${name}:${field('Architecture')}`]) versions.set(key, version);
  }
  return versions;
}

/** Parses entries of three lines: the listed name, the name on disk, the diverting package or `:` for the administrator. */
export function parseDiversions(text: Bytes): Map<Bytes, Diversion> {
  const diversions = new Map<Bytes, Diversion>();
  const lines = text.split('\n');
  for (let at = 0; at + 2 < lines.length; at += 3) {
    diversions.set(lines[at]!, { to: lines[at + 1]!, by: lines[at + 2] === ':' ? null : lines[at + 2]! });
  }
  return diversions;
}

function readDiversions(path: string): Map<Bytes, Diversion> {
  try {
    return parseDiversions(readFileSync(path, 'latin1'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return new Map();
  }
}
