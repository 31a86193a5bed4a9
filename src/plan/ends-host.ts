// Units that a restart changes -> whether that may end or reboot the host, by systemd's own settings: the actions of a unit, and the
// units that it starts if it fails or ends (OnFailure=, OnSuccess=). systemd.unit(5), systemd.special(7).

import { isStopped } from '../systemd/active-state.ts';
import { mostFollowed, type Node, type Units } from './known-units.ts';

/** Targets that take the services of the host away, and the services that do it for them. */
const targets = [
  ...['reboot', 'soft-reboot', 'poweroff', 'halt', 'kexec', 'exit', 'shutdown', 'umount', 'final', 'ctrl-alt-del'],
  ...['emergency', 'rescue', 'runlevel0', 'runlevel1', 'runlevel6', 'factory-reset', 'initrd-switch-root'],
  ...['sleep', 'suspend', 'hibernate', 'hybrid-sleep', 'suspend-then-hibernate'],
];
const endsHost = new RegExp(`^(?:(?:${targets.join('|')})\\.target|(?:systemd-)?(?:${targets.join('|')})\\.service)$`);

const actions = ['failure_action', 'success_action', 'start_limit_action', 'job_timeout_action'] as const;
const chains = [
  { list: 'on_failure', mode: 'on_failure_job_mode' },
  { list: 'on_success', mode: 'on_success_job_mode' },
] as const;

/**
 * Returns null if that is not known.
 * @param changed the units that restart, stop or start
 * @param complete whether these are all
 */
export function mayEndHost(changed: readonly string[], units: Units, complete: boolean): boolean | null {
  let known = complete;
  let room = mostFollowed;
  const seen = new Set(changed);
  const open = [...seen];
  const later = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = units.get(name);
    if (endsHost.test(name) || node?.names.some((each) => endsHost.test(each))) return true;
    const verdict = node === undefined ? null : judge(node);
    if (verdict === true) return true;
    if (verdict === null) known = false;
    const next = node === undefined ? [] : nextOf(node, later.has(name));
    room -= next.length;
    if (room < 0) return null;
    for (const each of next) {
      if (seen.has(each)) continue;
      seen.add(each);
      later.add(each);
      open.push(each);
    }
  }
  return known ? false : null;
}

function judge(node: Node): boolean | null {
  const { dependencies } = node;
  const settings = actions.map((each) => node[each]);
  const modes = chains.flatMap(({ list, mode }) => (dependencies?.[list].length ? [node[mode]] : []));
  if (settings.some((action) => action !== null && action !== 'none')) return true;
  // It stops every other unit.
  if (modes.includes('isolate')) return true;
  return dependencies !== null && ![...settings, ...modes].includes(null) ? false : null;
}

/** The units that start once this one has failed or ended; and if it is one of them itself, those that start with it. */
function nextOf(node: Node, startsLater: boolean): readonly string[] {
  const { dependencies } = node;
  if (dependencies === null) return [];
  const own = chains.flatMap(({ list }) => dependencies[list]);
  return startsLater && isStopped(node) ? [...own, ...dependencies.requires, ...dependencies.wants] : own;
}
