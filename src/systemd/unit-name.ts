// systemd's grammar of unit names, and the two escapes that are applied to a name in a cgroup path.
// systemd.unit(5); systemd: unit_name_is_valid(), cg_unescape(), unit_name_unescape().

import type { Bytes } from '../procfs/bytes.ts';

export type UnitNameKind = 'plain' | 'instance' | 'template';

/** The endings of unit names, after the last dot. */
export const unitTypes: readonly string[] = [
  ...['service', 'socket', 'target', 'device', 'mount', 'automount'],
  ...['swap', 'timer', 'path', 'slice', 'scope'],
];
/** In bytes. */
export const maxUnitNameLength = 255;
const types = unitTypes.join('|');
const grammar = new RegExp(`^[0-9A-Za-z:_.\\\\-]+(?<at>@(?<instance>[0-9A-Za-z:_.\\\\@-]*))?\\.(?:${types})$`);

/** plain: `a.service`. instance: `a@b.service`. template: `a@.service`. null: not a unit name. */
export function classifyUnitName(name: Bytes): UnitNameKind | null {
  const groups = name.length <= maxUnitNameLength ? grammar.exec(name)?.groups : undefined;
  if (groups === undefined) return null;
  if (groups.at === undefined) return 'plain';
  return groups.instance === '' ? 'template' : 'instance';
}

/** Whether processes can be in a unit of that name, and systemd can be asked about it. Neither is true of a template. */
export function isUnitName(name: Bytes): boolean {
  const kind = classifyUnitName(name);
  return kind === 'plain' || kind === 'instance';
}

/** Whether it names a slice that can be a folder of the cgroup tree. No instance does, because slices have no templates. */
export function isSliceName(name: Bytes): boolean {
  return name.endsWith('.slice') && classifyUnitName(name) === 'plain';
}

/** Removes the `_` that keeps a cgroup's name apart from the kernel's own files (`_cpu.service`, `_tasks`). */
export function unescapeCgroupName(name: Bytes): Bytes {
  return name.startsWith('_') ? name.slice(1) : name;
}

/** Undoes `\xNN` in a part of a unit name: `web\x2d1` is `web-1`. */
export function unescapeUnitNamePart(part: Bytes): Bytes {
  return part.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
