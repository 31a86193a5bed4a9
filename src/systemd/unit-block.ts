// One block of `systemctl show` -> systemd's facts about a unit; null if the block is not whole, or is not that unit's.
// org.freedesktop.systemd1(5). systemctl prints every property that was asked for by name, also an empty one, but says nothing of a
// property that its version of systemd does not have.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Dependencies, RelatedUnit, SystemdFacts } from '../documents/generated/report.ts';
import { commandProperties, ownFilesProperties, parseNeeded, parsePrograms } from './exec-commands.ts';
import type { UnitQuestion } from './systemctl.ts';
import { parseTimeSpan } from './time-span.ts';
import { parseNames, readNames, readValues, type Values } from './unit-values.ts';

/** All facts that come from systemd. Whether files are on disk is not one of them. */
export type UnitFacts = Required<
  Omit<SystemdFacts, 'fragment_present' | 'programs_present' | 'conditions_met' | 'starts_left'>
> & {
  /** The programs that a start runs, null for each that is not known; null if the service has files of its own. */
  programs: (string | null)[] | null;
  /** The unit file and its drop-ins, in the order in which systemd read them; null if it has read others than there are now. */
  files: string[] | null;
  /** The end of the last start on the monotonic clock, in microseconds; null if there was none. */
  startedUsec: number | null;
  /** ControlGroup: the unit's cgroup path; null if it has none now. */
  controlGroup: string | null;
};

/** As in the report, but for what is on disk. */
export type RelatedFacts = Omit<
  RelatedUnit,
  'fragment_present' | 'programs_present' | 'conditions_met' | 'start_fails'
> &
  Pick<UnitFacts, 'fragment_path' | 'programs' | 'files'> & {
    /** The programs without which its start fails, null for each that is not known; null if none are known. */
    awaited: (string | null)[] | null;
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

/** The name in the document -> systemd's. */
const actions = {
  failure_action: 'FailureAction',
  success_action: 'SuccessAction',
  start_limit_action: 'StartLimitAction',
  job_timeout_action: 'JobTimeoutAction',
  on_failure_job_mode: 'OnFailureJobMode',
  on_success_job_mode: 'OnSuccessJobMode',
} as const;
type Actions = Pick<RelatedUnit, keyof typeof actions>;

/** The name in the document -> systemd's lists, which together are that list. */
const lists = {
  required_by: ['RequiredBy'],
  requisite_of: ['RequisiteOf'],
  bound_by: ['BoundBy'],
  consists_of: ['ConsistsOf'],
  propagates_stop_to: ['PropagatesStopTo'],
  triggered_by: ['TriggeredBy'],
  after: ['After'],
  requires: ['Requires', 'BindsTo'],
  requisite: ['Requisite'],
  wants: ['Wants', 'Upholds'],
  conflicts: ['Conflicts', 'ConflictedBy'],
  on_failure: ['OnFailure'],
  on_success: ['OnSuccess'],
} as const satisfies Record<keyof Dependencies, readonly string[]>;

/** They came with systemd 249: before, no unit could have such a dependency. */
const since249: readonly string[] = ['PropagatesStopTo', 'Upholds', 'OnSuccess'];

/** Nearly every unit names these, and they start and end with the host alone. */
const ofEveryHost = /\.slice$|^(?:sysinit|basic|shutdown)\.target$|^-\.mount$/;
const withoutThese: readonly (keyof Dependencies)[] = ['requires', 'wants', 'conflicts'];

/** Facts for the impact of a restart. A unit is known without them. */
const impact = [
  ...Object.values(actions),
  'SurviveFinalKillSignal',
  'StartLimitBurst',
  'StartLimitIntervalUSec',
  'TimeoutStopUSec',
  'InactiveExitTimestampMonotonic',
  'ActiveEnterTimestampMonotonic',
  'NFileDescriptorStore',
  'DropInPaths',
  ...commandProperties,
  ...ownFilesProperties,
  ...Object.values(lists).flat(),
] as const;

export const affectedUnit: UnitQuestion<UnitFacts> = {
  properties: [...everyUnit, ...byType.service!, ...impact],
  parse: parseUnitBlock,
};

export const relatedUnit: UnitQuestion<RelatedFacts> = {
  properties: [
    ...['Id', 'Names', 'Type', 'LoadState', 'ActiveState', 'FragmentPath', 'DropInPaths', 'NeedDaemonReload'],
    ...[...commandProperties, ...ownFilesProperties, ...Object.values(actions), ...Object.values(lists).flat()],
  ],
  parse: parseRelatedBlock,
};

/** Types of services for which systemd waits until they are ready: systemd.service(5). */
const typesThatTell: readonly (string | null)[] = ['notify', 'notify-reload', 'dbus', 'forking'];

/** Types of services whose start fails if the program cannot be run. */
const typesThatWait: readonly string[] = ['exec', 'forking', 'oneshot', 'dbus', 'notify', 'notify-reload'];

function parseUnitBlock(block: string, name: string): UnitFacts | null {
  const values = readValues(block);
  const own = byType[name.slice(name.lastIndexOf('.') + 1)] ?? [];
  if (values === null || ![...everyUnit, ...own].every((property) => values.has(property))) return null;
  const names = readNames(values, name);
  if (names === null) return null;

  const flag = (property: string) => readFlag(values, property);
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
    survives_soft_reboot: flag('SurviveFinalKillSignal'),
    start_limit_burst: readCount(values, 'StartLimitBurst'),
    start_limit_interval_seconds: parseTimeSpan(values.get('StartLimitIntervalUSec') ?? ''),
    stop_timeout_seconds: parseTimeSpan(values.get('TimeoutStopUSec') ?? ''),
    last_start_seconds: typesThatTell.includes(type) ? readStartSeconds(values) : null,
    kept_descriptors: readCount(values, 'NFileDescriptorStore'),
    programs: readPrograms(values),
    files: readFiles(values),
    startedUsec: Number(/^[0-9]{1,15}$/.exec(values.get('ActiveEnterTimestampMonotonic') ?? '')?.[0] ?? 0) || null,
    controlGroup: text('ControlGroup'),
  };
}

function parseRelatedBlock(block: string, name: string): RelatedFacts | null {
  const values = readValues(block);
  const names = values === null ? null : readNames(values, name);
  if (values === null || names === null) return null;
  const [load_state, active_state] = [values.get('LoadState'), values.get('ActiveState')];
  if (!load_state || !active_state) return null;
  return {
    ...{ name, names, load_state, active_state, dependencies: readDependencies(values), ...readActions(values) },
    need_daemon_reload: readFlag(values, 'NeedDaemonReload'),
    fragment_path: values.get('FragmentPath') || null,
    programs: readPrograms(values),
    awaited: readAwaited(values),
    files: readFiles(values),
  };
}

function readFlag(values: Values, property: string): boolean | null {
  return { yes: true, no: false }[values.get(property) ?? ''] ?? null;
}

function readDependencies(values: Values): Dependencies | null {
  const properties = Object.values(lists).flat();
  if (!properties.every((property) => values.has(property) || since249.includes(property))) return null;
  const read = ([key, names]: [string, readonly string[]]) => {
    const all = new Set(names.flatMap((property) => parseNames(values.get(property) ?? '')));
    const kept = [...all].filter((name) => !(withoutThese.some((each) => each === key) && ofEveryHost.test(name)));
    return [key, kept.sort(compareBytes)];
  };
  return Object.fromEntries(Object.entries(lists).map(read)) as Record<keyof Dependencies, string[]>;
}

function readPrograms(values: Values): (string | null)[] | null {
  if (ownFilesProperties.some((property) => values.get(property))) return null;
  return commandProperties.flatMap((property) => {
    const lines = values.get(property)?.split('\n') ?? [];
    return parsePrograms(property, lines.filter(Boolean));
  });
}

/** With ExecCondition= nothing is known, because the start may be skipped, which is no failure. */
function readAwaited(values: Values): (string | null)[] | null {
  if (values.get('ExecCondition') || ownFilesProperties.some((property) => values.get(property))) return null;
  const waitsForMain = typesThatWait.includes(values.get('Type') ?? '');
  return (['ExecStartPre', 'ExecStart', 'ExecStartPost'] as const).flatMap((property) => {
    if (property === 'ExecStart' && !waitsForMain) return [];
    return parseNeeded((values.get(property) ?? '').split('\n').filter(Boolean));
  });
}

function readActions(values: Values): Actions {
  const read = ([key, property]: [string, string]) => [key, values.get(property) || null];
  return Object.fromEntries(Object.entries(actions).map(read)) as Actions;
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

/** If one of them changed since, others may have come that systemd does not know yet. */
function readFiles(values: Values): string[] | null {
  const [fragment, dropIns] = ['FragmentPath', 'DropInPaths'].map((property) => values.get(property));
  if (!fragment || dropIns === undefined || values.get('NeedDaemonReload') !== 'no') return null;
  return [fragment, ...parseNames(dropIns)];
}
