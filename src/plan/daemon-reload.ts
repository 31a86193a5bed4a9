// The actions of a plan -> the one `systemctl daemon-reload` that has to come before them. A restart or a reload of a service whose
// unit file changed on disk would use the file that systemd read before: systemctl(1) (daemon-reload).

import type { Action } from '../documents/generated/plan.ts';
import { buildArgv } from './argv.ts';
import { hasChangedFile, type Units } from './known-units.ts';
import { changedFilesRemark, forgottenRemarks } from './remarks.ts';

/**
 * Returns the action; null if no unit that is restarted or reloaded has a changed file. The scan asks no manager of a user, so only
 * the manager of the system is known to have an old file.
 * @param systemdVersion as in buildArgv
 * @param known units of unitsOf()
 */
export function buildDaemonReload(
  actions: readonly Action[],
  systemdVersion: number | null,
  known: Units | null,
): Action | null {
  const units = [...new Set(actions.filter(needsReload).flatMap((action) => changedWith(action, known)))];
  if (units.length === 0) return null;
  const gone = actions.filter(({ blocked_by }) => blocked_by === 'unit_file_gone').flatMap(({ unit }) => unit ?? []);
  return {
    action: 'daemon_reload',
    ...{ unit: null, scope: null, user: null, session: null, container: null, process: null },
    argv: buildArgv('daemon_reload', { unit: null, uid: null, signal: null }, systemdVersion),
    ...{ carries_caller: false, callers_own: false, policy: null, blocked_by: null, because: [], fixes: null },
    remarks: [changedFilesRemark(units), ...forgottenRemarks(gone)],
    ...{ impact: null, covered_by: null },
  };
}

/** The unit, and those that restart with it, as far as their files changed. A report before 1.4 says nothing of the others. */
function changedWith({ unit, impact }: Action, known: Units | null): string[] {
  if (unit === null) return [];
  const changed = [unit, ...(impact?.also_restarts ?? [])].filter((name) => hasChangedFile(known?.get(name)));
  return changed.length > 0 ? changed : [unit];
}

/** A remark stands also for a unit that restarts with this one. */
function needsReload({ action, scope, remarks = [] }: Action): boolean {
  const isActedOn = scope === 'system' && (action === 'restart' || action === 'reload');
  return isActedOn && remarks.some(({ code }) => code === 'daemon_reload_first');
}
