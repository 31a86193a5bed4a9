// What stands in the way of acting on a unit: the closed list of blocked_by as a table over systemd's facts and the sessions
// in the unit. systemd.unit(5) (RefuseManualStart=), systemd.scope(5), systemd.service(5) (Type=oneshot), systemd-run(1),
// org.freedesktop.systemd1(5).

import type { BlockedBy } from '../documents/generated/plan.ts';
import type { SystemdFacts } from '../documents/generated/report.ts';
import { isUnitName } from '../systemd/unit-name.ts';
import { isDoubtful, type UnitTarget } from './target.ts';

/** What systemctl would be asked to do. */
export type Request = 'restart' | 'reload' | 'signal';

interface Row {
  code: BlockedBy;
  blocks: readonly Request[];
  when: (target: UnitTarget) => boolean;
  /** Only a reason to ask people: a rule of the user's own for a restart is their answer. */
  yields?: true;
}

const all: readonly Request[] = ['restart', 'reload', 'signal'];
const jobs: readonly Request[] = ['restart', 'reload'];

function saying(check: (facts: SystemdFacts) => boolean): Row['when'] {
  return ({ facts }) => facts !== null && check(facts);
}

const rows: readonly Row[] = [
  // systemd cannot have loaded a unit of such a name, and nothing of it may reach a command line.
  { code: 'not_loaded', blocks: all, when: ({ unit }) => !isUnitName(unit) },
  { code: 'no_facts', blocks: all, when: ({ scope, user }) => scope === 'user' && user === null },
  // User managers are not asked: their services are restarted without facts, but whether they can reload is not known.
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
  { code: 'not_own_files', blocks: all, when: isDoubtful, yields: true },
  {
    code: 'terminals',
    blocks: ['restart'],
    when: ({ sessions }) => sessions.some(({ terminal }) => terminal !== null),
    yields: true,
  },
];

/**
 * Whether the unit was made by a call and not from a file, as systemd-run makes them: its work would begin anew. dbus-broker
 * makes such units too, of daemons that it starts when they are called: https://github.com/bus1/dbus-broker (src/launch).
 */
function isJob({ unit, facts }: UnitTarget): boolean {
  return facts?.transient === true && !unit.startsWith('dbus-:');
}

/**
 * Why systemd should not be asked for it, or null. First match wins.
 * @param trusted the user's own policy asks for it
 */
export function findBlock(target: UnitTarget, request: Request, trusted = false): BlockedBy | null {
  const row = rows.find(({ blocks, when, yields }) => blocks.includes(request) && when(target) && !(trusted && yields));
  return row?.code ?? null;
}
