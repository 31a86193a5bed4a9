// A pattern over unit names -> the name of a unit that the pattern matches. systemd gives a unit one name of its own and any number
// of aliases (systemd.unit(5), Alias=), and accepts an alias instead of the name. Patterns of systemctl(1) match only own names.

import { compileGlob } from '../glob.ts';
import { fromText } from '../procfs/bytes.ts';

/** The names of a unit; null and empty for a target in no unit. */
export interface UnitNames {
  unit: string | null;
  /** The other names of the unit. */
  aliases: readonly string[];
}

/** Returns the name that the pattern matches, or null. The unit's own name is tried first. */
export type UnitPattern = (names: UnitNames, wide?: boolean) => string | null;

/**
 * The pattern is an fnmatch glob over the whole name. It matches an alias only if it names the alias in full: `dbus*` would match
 * dbus-org.freedesktop.login1.service, an alias of logind that nobody had in mind. With `wide`, wildcards match aliases too. `wide`
 * is for rules that leave a unit alone, because one unit too many is safe for them.
 */
export function compileUnitPattern(pattern: string): UnitPattern {
  const matches = compileGlob(fromText(pattern));
  return ({ unit, aliases }, wide = false) => {
    if (unit === null) return null;
    if (matches(fromText(unit))) return unit;
    return aliases.find((alias) => alias === pattern || (wide && matches(fromText(alias)))) ?? null;
  };
}
