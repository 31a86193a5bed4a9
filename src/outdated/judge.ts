// The main process of a service, systemd's word on how the service starts, and the files on disk -> what is outdated in the service, or
// why nobody can say. Two facts are needed, and none of them is the process's own word: the script that the unit names was born after the
// process had begun, and its package has another version since, or its content is not the package's (which the caller asks: see `Reborn`).

import type { UnitStart } from '../systemd/unit-start.ts';
import { interpreterOf, isApache, isPhpFpm } from './interpreters.ts';
import type { MainProcess } from './main-process.ts';
import { findNamedScript, isToldOtherwise, type NoScript } from './named-script.ts';
import type { HostFiles } from './on-host.ts';
import { judgePhp } from './php.ts';
import { birthToleranceMs, judgeScript, type Reborn } from './reborn.ts';
import { findSnap, findSwitched, type Switched } from './switched.ts';

type Unjudged =
  | NoScript
  | 'unit_changed'
  | 'own_files'
  | 'no_birth'
  | 'reloaded'
  | 'settings_unknown'
  | 'opcache_frozen';

/** null: the service is up to date. */
type Judgement = Reborn | Switched | { unjudged: Unjudged } | null;

/** @param monotonicZero the zero of the monotonic clock in milliseconds since the epoch */
export function judgeMain(main: MainProcess, start: UnitStart, files: HostFiles, monotonicZero: number): Judgement {
  const snap = main.isGone ? null : findSnap(main.program, main.unit, files);
  if (snap !== null) return snap;
  if (start.hasOwnFiles) return { unjudged: 'own_files' };
  // The unit may have named another program when the process began.
  if (start.needsReload) return { unjudged: 'unit_changed' };
  if (start.command === null) return { unjudged: 'no_script' };
  const switched = main.isGone ? null : findSwitched(start.command, main.program, files);
  if (switched !== null) return switched;
  if (isPhpFpm(main.program) || isApache(main.program))
    return judgePhp(main, { ...start, command: start.command }, files, monotonicZero);
  if (interpreterOf(main.program) === null) return null;
  const script = findNamedScript(start.command, main.program, files);
  if (typeof script === 'string') return { unjudged: script };
  const { bornAt } = script.file;
  if (bornAt === null || main.beganAt === null) return { unjudged: 'no_birth' };
  const reborn = judgeScript(script, main.beganAt);
  if (reborn !== null && isToldOtherwise(script, start.command, main, files)) return { unjudged: 'not_its_script' };
  if (reborn?.how !== 'reborn') return reborn;
  // A reload lets some programs execute themselves anew, on the files of that moment.
  const changedAt = start.changedAt === null ? null : monotonicZero + start.changedAt;
  return changedAt !== null && changedAt > bornAt - birthToleranceMs ? { unjudged: 'reloaded' } : reborn;
}
