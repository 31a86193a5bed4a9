// A unit -> the reason not to act on it: the closed list of blocked_by as a table over systemd's facts and the sessions in the
// unit. systemd.unit(5) (RefuseManualStart=), systemd.scope(5), systemd.service(5) (Type=oneshot), systemd-run(1),
// org.freedesktop.systemd1(5).

import type { BlockedBy } from '../documents/generated/plan.ts';
import type { SystemdFacts } from '../documents/generated/report.ts';
import { isUnitName } from '../systemd/unit-name.ts';
import { isDoubtful, type UnitTarget } from './target.ts';

/** The request that systemctl would get. */
export type Request = 'restart' | 'reload' | 'signal';

interface Row {
  code: BlockedBy;
  blocks: readonly Request[];
  when: (target: UnitTarget) => boolean;
  /** Whether the row is only a reason to ask people. A rule of the user's own for a restart is their answer. */
  yields?: true;
}

const all: readonly Request[] = ['restart', 'reload', 'signal'];
const jobs: readonly Request[] = ['restart', 'reload'];

function saying(check: (facts: SystemdFacts) => boolean): Row['when'] {
  return ({ facts }) => facts !== null && check(facts);
}

const rows: readonly Row[] = [
  // systemd cannot have loaded a unit with an invalid name, and an invalid name must not reach a command line.
  { code: 'not_loaded', blocks: all, when: ({ unit }) => !isUnitName(unit) },
  { code: 'no_facts', blocks: all, when: ({ scope, user }) => scope === 'user' && user === null },
  // The scan asks no user manager. Services of users are restarted without facts, but nobody knows whether they can reload.
  { code: 'no_facts', blocks: ['reload'], when: ({ facts }) => facts === null },
  {
    code: 'no_facts',
    blocks: ['restart'],
    when: ({ scope, facts }) => scope === 'system' && facts === null,
    yields: true,
  },
  { code: 'masked', blocks: jobs, when: saying((facts) => facts.load_state === 'masked') },
  { code: 'not_loaded', blocks: jobs, when: saying((facts) => facts.load_state !== 'loaded') },
  { code: 'refuse_manual_start', blocks: ['restart'], when: saying((facts) => facts.refuse_manual_start) },
  { code: 'refuse_manual_stop', blocks: ['restart'], when: saying((facts) => facts.refuse_manual_stop) },
  { code: 'cannot_start', blocks: ['restart'], when: saying((facts) => !facts.can_start) },
  { code: 'cannot_start', blocks: ['restart'], when: ({ unit }) => unit.endsWith('.scope') },
  { code: 'refuse_manual_stop', blocks: ['restart'], when: saying((facts) => !facts.can_stop) },
  { code: 'unit_type', blocks: all, when: ({ unit }) => !unit.endsWith('.service') },
  { code: 'oneshot', blocks: ['restart'], when: saying((facts) => facts.type === 'oneshot') },
  { code: 'transient', blocks: ['restart'], when: isJob, yields: true },
  {
    code: 'unit_file_gone',
    blocks: ['restart'],
    when: saying((facts) => facts.fragment_present === false),
    yields: true,
  },
  {
    code: 'cannot_start_again',
    blocks: ['restart'],
    when: saying((facts) => facts.programs_present === false || facts.conditions_met === false),
    yields: true,
  },
  { code: 'not_own_files', blocks: all, when: isDoubtful, yields: true },
  {
    code: 'terminals',
    blocks: ['restart'],
    when: ({ sessions }) => sessions.some(({ terminal }) => terminal !== null),
    yields: true,
  },
];

/**
 * Returns whether a call made the unit, and not a file, as systemd-run does: a restart would begin its work anew. dbus-broker
 * makes such units too, for daemons that it starts when they are called: https://github.com/bus1/dbus-broker (src/launch).
 */
function isJob({ unit, facts }: UnitTarget): boolean {
  return facts?.transient === true && !unit.startsWith('dbus-:');
}

/**
 * Returns why systemd should not get the request, or null. The first row that matches wins.
 * @param trusted whether the user's own policy makes the request
 */
export function findBlock(target: UnitTarget, request: Request, trusted = false): BlockedBy | null {
  const row = rows.find(({ blocks, when, yields }) => blocks.includes(request) && when(target) && !(trusted && yields));
  return row?.code ?? null;
}
