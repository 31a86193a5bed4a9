// dpkg's status -> the libraries of one language that a package depends on, by the names that Debian's policies for the languages ask
// for. deb-control(5); the policies of Python, Perl, Ruby, JavaScript, PHP, Tcl and Lua. A name is a hint: nobody knows what a script imports.

import { parseDpkgStatus } from '../packages/dpkg.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { Language } from './interpreters.ts';

const libraryNames: Readonly<Partial<Record<Language, RegExp>>> = {
  python: /^python3?-/,
  perl: /^lib.+-perl$/,
  ruby: /^ruby-/,
  node: /^node-/,
  php: /^php[0-9.]*-/,
  tcl: /^tcl-/,
  lua: /^lua-/,
};

export interface Dependency {
  manager: 'dpkg';
  name: string;
  version: string;
}

/** Reads the status once, for many questions. */
export function dependencyIndex(status: Bytes): (name: string, language: Language) => Dependency[] {
  const installed = parseDpkgStatus(status);
  const named = new Map<string, string>();
  for (const block of status.split(/\n\n+/)) {
    const name = fieldOf(block, 'Package');
    if (name !== null && !named.has(name)) named.set(name, block);
  }
  return (name, language) => {
    const block = named.get(name);
    const pattern = libraryNames[language];
    if (block === undefined || pattern === undefined) return [];
    const names = ['Pre-Depends', 'Depends'].flatMap((field) => namesIn(fieldOf(block, field) ?? ''));
    return [...new Set(names)].sort().flatMap((each) => {
      const version = installed.get(each);
      return pattern.test(each) && version !== undefined ? [{ manager: 'dpkg', name: each, version }] : [];
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
