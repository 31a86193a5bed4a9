// A pattern over unit names -> which name of a unit it is about. systemd gives a unit one name of its own and any number of
// aliases (systemd.unit(5), Alias=), and takes each in its place; but the patterns of systemctl(1) are about own names alone.

import { compileGlob } from '../glob.ts';
import { fromText } from '../procfs/bytes.ts';

/** The names of a unit, or of no unit. */
export interface UnitNames {
  unit: string | null;
  /** Its other names. */
  aliases: readonly string[];
}

/** The name that the pattern matches, the unit's own first, or null. */
export type UnitPattern = (names: UnitNames, wide?: boolean) => string | null;

/**
 * The pattern is an fnmatch glob over the whole name. An alias it must name in full: `dbus*` would meet
 * dbus-org.freedesktop.login1.service, an alias of logind that nobody had in mind. With `wide` wildcards meet aliases too:
 * for what leaves a unit alone one unit too many is safe.
 */
export function compileUnitPattern(pattern: string): UnitPattern {
  const matches = compileGlob(fromText(pattern));
  return ({ unit, aliases }, wide = false) => {
    if (unit === null) return null;
    if (matches(fromText(unit))) return unit;
    return aliases.find((alias) => alias === pattern || (wide && matches(fromText(alias)))) ?? null;
  };
}
