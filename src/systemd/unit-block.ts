// One block of `systemctl show` -> systemd's facts about a unit; null if the block is not whole, or is not that unit's.
// org.freedesktop.systemd1(5). systemctl prints every property that was asked for by name, also an empty one.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { SystemdFacts } from '../documents/generated/report.ts';

/** All facts that come from systemd. Whether the unit file is on disk is not one of them. */
export type UnitFacts = Omit<SystemdFacts, 'fragment_present'> & {
  /** ControlGroup: the unit's cgroup path; null if it has none now. */
  controlGroup: string | null;
};

const everyUnit = [
  'Id',
  'Names',
  'LoadState',
  'ActiveState',
  'SubState',
  'FragmentPath',
  'Transient',
  'CanStart',
  'CanStop',
  'CanReload',
  'RefuseManualStart',
  'RefuseManualStop',
  'NeedDaemonReload',
] as const;

// A mount has a Type too, but it means the type of its file system.
const byType: Readonly<Record<string, readonly string[]>> = {
  service: ['Type', 'MainPID', 'ControlPID', 'KillMode', 'ControlGroup'],
  socket: ['ControlPID', 'KillMode', 'ControlGroup'],
  mount: ['ControlPID', 'KillMode', 'ControlGroup'],
  swap: ['ControlPID', 'KillMode', 'ControlGroup'],
  scope: ['KillMode', 'ControlGroup'],
  slice: ['ControlGroup'],
};

/** The properties that systemctl is asked for. */
export const properties: readonly string[] = [...everyUnit, ...byType.service!];

/** @param block whole `Name=value` lines. A value may contain `=`, but no newline: systemctl replaces such a value. */
export function parseUnitBlock(block: string, name: string): UnitFacts | null {
  const values = new Map<string, string>();
  for (const line of block.split('\n')) {
    const equals = line.indexOf('=');
    const property = line.slice(0, equals);
    if (equals <= 0 || values.has(property)) return null;
    values.set(property, line.slice(equals + 1));
  }
  const own = byType[name.slice(name.lastIndexOf('.') + 1)] ?? [];
  if (![...everyUnit, ...own].every((property) => values.has(property))) return null;
  // The answer for an alias has the Id of its unit, but the alias stands among the Names.
  const names = parseNames(values.get('Names')!).sort(compareBytes);
  if (!names.includes(name)) return null;

  const flag = (property: string): boolean | null => ({ yes: true, no: false })[values.get(property)!] ?? null;
  const text = (property: string): string | null => (own.includes(property) && values.get(property)) || null;
  const pids = ['MainPID', 'ControlPID'].map((property) => text(property) ?? '0');
  const flags = {
    transient: flag('Transient'),
    can_start: flag('CanStart'),
    can_stop: flag('CanStop'),
    can_reload: flag('CanReload'),
    refuse_manual_start: flag('RefuseManualStart'),
    refuse_manual_stop: flag('RefuseManualStop'),
    need_daemon_reload: flag('NeedDaemonReload'),
  };
  if (!areKnown(flags) || !pids.every((pid) => /^[0-9]{1,10}$/.test(pid))) return null;
  const [main_pid = null, control_pid = null] = pids.map((pid) => Number(pid) || null);
  const [load_state = '', active_state = '', sub_state = ''] = ['LoadState', 'ActiveState', 'SubState'].map(
    (property) => values.get(property),
  );
  if (!load_state || !active_state || !sub_state) return null;
  return {
    names,
    load_state,
    active_state,
    sub_state,
    type: text('Type'),
    main_pid,
    control_pid,
    kill_mode: text('KillMode'),
    fragment_path: values.get('FragmentPath') || null,
    ...flags,
    controlGroup: text('ControlGroup'),
  };
}

function areKnown<Name extends string>(flags: Record<Name, boolean | null>): flags is Record<Name, boolean> {
  return Object.values(flags).every((value) => value !== null);
}

/** systemctl quotes a name in an array if it has a backslash: `"dev-disk-by\\x2did.swap"`. */
function parseNames(value: string): string[] {
  return [...value.matchAll(/"((?:\\.|[^"\\])*)"|[^ "]+/g)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replace(/\\(.)/g, '$1'),
  );
}
