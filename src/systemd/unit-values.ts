// One block of `systemctl show` -> the values of its properties by name. systemctl(1), org.freedesktop.systemd1(5).

import { compareBytes } from '../documents/compare-bytes.ts';
import { commandProperties, ownFilesProperties } from './exec-commands.ts';

export type Values = ReadonlyMap<string, string>;

/** systemctl prints a line for each entry of some of these. */
const isRepeated = (property: string) =>
  [...commandProperties, ...ownFilesProperties].some((each) => each === property);

/**
 * Several entries of one property become lines of its value.
 * @param block whole `Name=value` lines. A value may contain `=`, but no newline: systemctl replaces such a value.
 */
export function readValues(block: string): Values | null {
  const values = new Map<string, string>();
  for (const line of block.split('\n')) {
    const equals = line.indexOf('=');
    const property = line.slice(0, equals);
    if (equals <= 0) return null;
    const value = line.slice(equals + 1);
    const before = values.get(property);
    if (before !== undefined && !isRepeated(property)) return null;
    values.set(property, before === undefined ? value : `${before}\n${value}`);
  }
  return values;
}

/** The answer for an alias has the Id of its unit, but the alias stands among the Names. */
export function readNames(values: Values, asked: string): string[] | null {
  const names = parseNames(values.get('Names') ?? '').sort(compareBytes);
  return names.includes(asked) ? names : null;
}

/** systemctl quotes a name in an array if it has a backslash: `"dev-disk-by\\x2did.swap"`. */
export function parseNames(value: string): string[] {
  return [...value.matchAll(/"((?:\\.|[^"\\])*)"|[^ "]+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replace(/\\(.)/g, '$1'),
  );
}
