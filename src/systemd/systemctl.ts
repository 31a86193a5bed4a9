// The affected units' facts, from one `systemctl show`. systemctl(1), org.freedesktop.systemd1(5).
// The answer is one block a name, in the order asked, each ended by a blank line; a unit that is not there gets one too.

import type { SystemdFacts } from '../documents/generated/report.ts';
import { explainOutcome, type Run } from '../spawn.ts';
import { isPlainOrInstance } from './unit-name.ts';

export interface UnitAnswer extends SystemdFacts {
  /** The unit's cgroup path, '' where it has none. */
  controlGroup: string | null;
}

const properties = [
  'Id',
  'Names',
  'LoadState',
  'ActiveState',
  'SubState',
  'Type',
  'MainPID',
  'ControlPID',
  'KillMode',
  'FragmentPath',
  'Transient',
  'CanStart',
  'CanStop',
  'CanReload',
  'RefuseManualStart',
  'RefuseManualStop',
  'NeedDaemonReload',
  'ControlGroup',
];
const limits = { deadlineMs: 10_000, maxBytes: 64 * 1024 * 1024 };
/** Far below the kernel's limit on one argument list. */
const maxArgumentBytes = 96 * 1024;

/** Facts by the name that was asked; `problem` says in one sentence why some are missing. */
export function queryUnits(
  names: readonly string[],
  run: Run,
): { facts: Map<string, UnitAnswer>; problem: string | null } {
  const facts = new Map<string, UnitAnswer>();
  let problem: string | null = null;
  for (const batch of splitByLength(names.filter(isPlainOrInstance))) {
    const outcome = run(
      'systemctl',
      ['show', '--no-pager', `--property=${properties.join(',')}`, '--', ...batch],
      limits,
    );
    if (outcome.kind !== 'ok') {
      return { facts, problem: explainOutcome('systemctl', outcome, limits) };
    }
    const answers = parseShow(outcome.stdout.toString('utf8'));
    if (outcome.status !== 0 && answers.length < batch.length) {
      const said = outcome.stderr.toString('utf8').trim().split('\n')[0];
      problem = `systemctl show ended with ${outcome.status}: ${said}`;
    }
    let missing = 0;
    batch.forEach((name, index) => {
      const block = answers[index];
      if (block && (block.get('Names') ?? '').split(' ').includes(name)) facts.set(name, buildFacts(block));
      else missing++;
    });
    if (missing > 0) problem ??= `systemctl show gave no usable answer for ${missing} of ${batch.length} units`;
  }
  return { facts, problem };
}

/** Whether a process belongs to a unit's control group: it is its cgroup or a parent of it. */
export function ownsCgroup(controlGroup: string | null, cgroup: string | null): boolean {
  if (!controlGroup || cgroup === null) return false;
  return cgroup === controlGroup || cgroup.startsWith(controlGroup === '/' ? '/' : `${controlGroup}/`);
}

function parseShow(text: string): Map<string, string>[] {
  return text
    .split(/\n\n+/)
    .filter((block) => block.trim() !== '')
    .map(
      (block) =>
        new Map(
          block
            .split('\n')
            .filter((line) => line.includes('='))
            .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
        ),
    );
}

function buildFacts(block: ReadonlyMap<string, string>): UnitAnswer {
  const text = (property: string) => block.get(property) || null;
  const flag = (property: string) => block.get(property) === 'yes';
  const pid = (property: string) => Number(block.get(property) ?? 0) || null;
  return {
    load_state: block.get('LoadState') ?? '',
    active_state: block.get('ActiveState') ?? '',
    sub_state: block.get('SubState') ?? '',
    type: text('Type'),
    main_pid: pid('MainPID'),
    control_pid: pid('ControlPID'),
    kill_mode: text('KillMode'),
    fragment_path: text('FragmentPath'),
    transient: flag('Transient'),
    can_start: flag('CanStart'),
    can_stop: flag('CanStop'),
    can_reload: flag('CanReload'),
    refuse_manual_start: flag('RefuseManualStart'),
    refuse_manual_stop: flag('RefuseManualStop'),
    need_daemon_reload: flag('NeedDaemonReload'),
    controlGroup: block.get('ControlGroup') ?? null,
  };
}

function* splitByLength(names: readonly string[]): Iterable<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const name of names) {
    if (bytes + name.length > maxArgumentBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(name);
    bytes += name.length + 1;
  }
  if (batch.length > 0) yield batch;
}
