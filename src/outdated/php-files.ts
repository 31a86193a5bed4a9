// The configuration files of PHP and of PHP-FPM -> their settings, and when they were changed last. php-fpm.conf(5) includes the pools;
// https://www.php.net/manual/en/configuration.file.php has the order of the files.

import type { HostFiles } from './on-host.ts';
import { type IniEntry, parseIni } from './php-ini.ts';

/** null: the value is not plain. */
export type PhpValues = ReadonlyMap<string, string | null>;
type ByName = Map<string, Map<string, string | null>>;

/** The most files that are read, and how deep one may include another. */
const mostFiles = 1000;
const mostDepth = 4;

export class PhpFiles {
  readonly #files: HostFiles;
  #filesLeft = mostFiles;
  /** When one of the files that were read was made, or changed last, or one of the folders, in milliseconds since the epoch. */
  changedAt = 0;

  constructor(files: HostFiles) {
    this.#files = files;
  }

  /**
   * Reads php.ini, and then each .ini file of a folder in the order of their bytes. Returns null if not all of it is known.
   * @param folder conf.d
   */
  readIni(path: string, folder: string): IniEntry[] | null {
    const more = this.#namesIn(folder);
    if (more === null) return null;
    const names = more.filter((name) => name.endsWith('.ini'));
    const all = [path, ...names.map((name) => `${folder}/${name}`)].map((each) => this.#parse(each));
    return all.some((entries) => entries === null || isMixed(entries)) ? null : all.flatMap((entries) => entries ?? []);
  }

  /** Reads php-fpm.conf and the files that it includes. Returns what each pool sets; null if not all of it is known. */
  readPools(path: string): PhpValues[] | null {
    const found = { values: new Map(), admin: new Map() };
    const isRead = this.#readPools(path, '', found, mostDepth);
    const names = [...found.values.keys()];
    // Without a pool PHP-FPM does not start.
    if (!isRead || names.length === 0) return null;
    return names.map((name) => new Map([...found.values.get(name)!, ...(found.admin.get(name) ?? [])]));
  }

  /** @param pool the pool in whose section the file is included; '' if it is none */
  #readPools(path: string, pool: string, into: Record<'values' | 'admin', ByName>, depth: number): boolean {
    const entries = depth === 0 ? null : this.#parse(path);
    if (entries === null) return false;
    return entries.every(({ section, key, value }) => {
      const name = section === '' ? pool : section.toLowerCase() === 'global' ? '' : section;
      if (key === 'include') {
        const paths = value === null ? null : this.#included(value);
        return paths?.every((each) => this.#readPools(each, name, into, depth - 1)) ?? false;
      }
      const [, isAdmin, setting] = /^php_(admin_)?(?:value|flag)\[(.*)\]$/.exec(key) ?? [];
      if (name === '') return setting === undefined;
      if (!into.values.has(name)) into.values.set(name, new Map());
      if (setting !== undefined) putInto(isAdmin ? into.admin : into.values, name, setting, value);
      return true;
    });
  }

  /** glob(3), as far as anybody uses it here: one `*` in the name of the file. */
  #included(pattern: string): string[] | null {
    const [, folder, first, last] = /^(\/.*\/)([^/*]*)(?:\*([^/*]*))?$/.exec(pattern) ?? [];
    if (folder === undefined || first === undefined || /[*?[\]{}~]/.test(folder + first + (last ?? ''))) return null;
    if (last === undefined) return [pattern];
    const isMeant = (name: string) =>
      name.length >= first.length + last.length &&
      name.startsWith(first) &&
      name.endsWith(last) &&
      (first !== '' || !name.startsWith('.'));
    const names = this.#namesIn(folder.slice(0, -1));
    return names === null ? null : names.filter(isMeant).map((name) => folder + name);
  }

  /** A file that is not there has no settings. */
  #parse(path: string): IniEntry[] | null {
    if (this.#filesLeft-- <= 0) return null;
    const file = this.#files.find(path);
    if (file === 'absent') return [];
    const text = file === 'unknown' ? null : this.#files.textOf(path);
    if (file === 'unknown' || text === null) return null;
    this.changedAt = Math.max(this.changedAt, file.modifiedAt, file.bornAt ?? 0);
    return parseIni(text);
  }

  /** Notes when a file was added to a folder, or removed. */
  note(path: string): void {
    const folder = this.#files.find(path);
    if (typeof folder !== 'string') this.changedAt = Math.max(this.changedAt, folder.modifiedAt);
  }

  #namesIn(path: string): readonly string[] | null {
    const folder = this.#files.find(path);
    if (folder === 'absent') return [];
    if (folder === 'unknown') return null;
    this.note(path);
    return this.#files.namesIn(path);
  }
}

/** Matches the name of a section whose settings are for the scripts of a folder or of a host alone. */
export const specialSection = /^(?:PATH|HOST)=/i;

/** Whether a plain section follows a special one. PHP goes on with the special one there, which hardly anybody means. */
function isMixed(entries: readonly IniEntry[]): boolean {
  const first = entries.findIndex(({ section }) => specialSection.test(section));
  return first !== -1 && entries.slice(first).some(({ section }) => !specialSection.test(section));
}

/** Puts a value into the map of a name. */
export function putInto(maps: ByName, name: string, key: string, value: string | null): void {
  maps.set(name, (maps.get(name) ?? new Map<string, string | null>()).set(key, value));
}
