// dpkg's status -> the installed packages that a package depends on. deb-control(5).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../procfs/bytes.ts';
import { parseDpkgStatus } from './dpkg.ts';

export interface Dependency {
  manager: 'dpkg';
  name: string;
  version: string;
}

/** By the name of a package: what it depends on itself, by name. */
export type Dependencies = (name: string) => Dependency[];

/** Reads the status once, for many questions. Returns null on a host without dpkg. */
export function readDependencies(root = '/'): Dependencies | null {
  try {
    return indexDependencies(readFileSync(join(root, 'var/lib/dpkg/status'), 'latin1'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

export function indexDependencies(status: Bytes): Dependencies {
  const installed = parseDpkgStatus(status);
  const blocks = new Map<string, string>();
  for (const block of status.split(/\n\n+/)) {
    const name = fieldOf(block, 'Package');
    if (name !== null && !blocks.has(name)) blocks.set(name, block);
  }
  return (name) => {
    const block = blocks.get(name) ?? '';
    const names = ['Pre-Depends', 'Depends'].flatMap((field) => namesIn(fieldOf(block, field) ?? ''));
    return [...new Set(names)].sort().flatMap((each) => {
      const version = installed.get(each);
      return version === undefined ? [] : [{ manager: 'dpkg', name: each, version }];
    });
  };
}

function fieldOf(block: Bytes, name: string): string | null {
  return new RegExp(`^${name}: *(.*)$`, 'm').exec(block)?.[1] ?? null;
}

/** `a (>= 1), b:any | c` -> a, b, c. */
function namesIn(list: string): string[] {
  return list.split(/[,|]/).flatMap((each) => /^ *([a-z0-9][a-z0-9+.-]+)/.exec(each)?.[1] ?? []);
}
