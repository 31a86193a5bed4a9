// One block of `systemctl show` -> systemd's facts about a unit; null if the block is not whole, or is not that unit's.
// org.freedesktop.systemd1(5). systemctl prints every property that was asked for by name, also an empty one, but says nothing of a
// property that its version of systemd does not have.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Dependencies, RelatedUnit, SystemdFacts } from '../documents/generated/report.ts';
import { commandProperties, ownFilesProperties, parsePrograms } from './exec-commands.ts';
import type { UnitQuestion } from './systemctl.ts';
import { parseTimeSpan } from './time-span.ts';
import { parseNames, readNames, readValues, type Values } from './unit-values.ts';

/** All facts that come from systemd. Whether files are on disk is not one of them. */
export type UnitFacts = Required<Omit<SystemdFacts, 'fragment_present' | 'programs_present'>> & {
  /** The programs that a start runs, null for each that is not known; null if the service has files of its own. */
  programs: (string | null)[] | null;
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

const actions = ['FailureAction', 'SuccessAction', 'StartLimitAction'] as const;

/** The name in the document -> systemd's. */
const lists = {
  required_by: 'RequiredBy',
  requisite_of: 'RequisiteOf',
  bound_by: 'BoundBy',
  consists_of: 'ConsistsOf',
  propagates_stop_to: 'PropagatesStopTo',
  triggered_by: 'TriggeredBy',
  after: 'After',
} as const satisfies Record<keyof Dependencies, string>;

/** Facts for the impact of a restart. A unit is known without them. */
const impact = [
  ...actions,
  'StartLimitBurst',
  'StartLimitIntervalUSec',
  'TimeoutStopUSec',
  'InactiveExitTimestampMonotonic',
  'ActiveEnterTimestampMonotonic',
  'NFileDescriptorStore',
  ...commandProperties,
  ...ownFilesProperties,
  ...Object.values(lists),
] as const;

export const affectedUnit: UnitQuestion<UnitFacts> = {
  properties: [...everyUnit, ...byType.service!, ...impact],
  parse: parseUnitBlock,
};

export const relatedUnit: UnitQuestion<RelatedUnit> = {
  properties: ['Id', 'Names', 'ActiveState', ...actions, ...Object.values(lists)],
  parse: parseRelatedBlock,
};

/** Types of services for which systemd waits until they are ready: systemd.service(5). */
const typesThatTell: readonly (string | null)[] = ['notify', 'notify-reload', 'dbus', 'forking'];

function parseUnitBlock(block: string, name: string): UnitFacts | null {
  const values = readValues(block);
  const own = byType[name.slice(name.lastIndexOf('.') + 1)] ?? [];
  if (values === null || ![...everyUnit, ...own].every((property) => values.has(property))) return null;
  const names = readNames(values, name);
  if (names === null) return null;

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
  const type = text('Type');
  return {
    names,
    load_state,
    active_state,
    sub_state,
    type,
    main_pid,
    control_pid,
    kill_mode: text('KillMode'),
    fragment_path: values.get('FragmentPath') || null,
    ...flags,
    dependencies: readDependencies(values),
    ...readActions(values),
    start_limit_burst: readCount(values, 'StartLimitBurst'),
    start_limit_interval_seconds: parseTimeSpan(values.get('StartLimitIntervalUSec') ?? ''),
    stop_timeout_seconds: parseTimeSpan(values.get('TimeoutStopUSec') ?? ''),
    last_start_seconds: typesThatTell.includes(type) ? readStartSeconds(values) : null,
    kept_descriptors: readCount(values, 'NFileDescriptorStore'),
    programs: readPrograms(values),
    controlGroup: text('ControlGroup'),
  };
}

/** A unit that is not affected, as in the report. */
function parseRelatedBlock(block: string, name: string): RelatedUnit | null {
  const values = readValues(block);
  const names = values === null ? null : readNames(values, name);
  if (values === null || names === null) return null;
  const active_state = values.get('ActiveState') ?? '';
  if (active_state === '') return null;
  return { name, names, active_state, dependencies: readDependencies(values), ...readActions(values) };
}

function readDependencies(values: Values): Dependencies | null {
  // PropagatesStopTo came with systemd 249: before, nothing stops with another unit in that way.
  const named = Object.entries(lists).filter(([, property]) => property !== 'PropagatesStopTo');
  if (!named.every(([, property]) => values.has(property))) return null;
  const read = (property: string) => [...new Set(parseNames(values.get(property) ?? ''))].sort(compareBytes);
  return Object.fromEntries(Object.entries(lists).map(([key, property]) => [key, read(property)])) as Record<
    keyof Dependencies,
    string[]
  >;
}

function readPrograms(values: Values): (string | null)[] | null {
  if (ownFilesProperties.some((property) => values.get(property))) return null;
  return commandProperties.flatMap((property) => {
    const lines = values.get(property)?.split('\n') ?? [];
    return parsePrograms(property, lines.filter(Boolean));
  });
}

function readActions(values: Values): Pick<RelatedUnit, 'failure_action' | 'success_action' | 'start_limit_action'> {
  const [failure_action = null, success_action = null, start_limit_action = null] = actions.map(
    (property) => values.get(property) || null,
  );
  return { failure_action, success_action, start_limit_action };
}

function readCount(values: Values, property: string): number | null {
  const text = values.get(property) ?? '';
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : null;
}

/** From the start of the start until the service was ready. systemd prints microseconds since the boot, 0 if it never happened. */
function readStartSeconds(values: Values): number | null {
  const [left = 0, entered = 0] = ['InactiveExitTimestampMonotonic', 'ActiveEnterTimestampMonotonic'].map((property) =>
    Number(/^[0-9]{1,15}$/.exec(values.get(property) ?? '')?.[0] ?? 0),
  );
  return left > 0 && entered >= left ? Number(((entered - left) / 1e6).toFixed(3)) : null;
}

function areKnown<Name extends string>(flags: Record<Name, boolean | null>): flags is Record<Name, boolean> {
  return Object.values(flags).every((value) => value !== null);
}
