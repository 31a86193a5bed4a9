// The main process of a service, systemd's word on how the service starts, and the files on disk -> what is outdated in the service, or
// why nobody can say. Two facts are needed, and none of them is the process's own word: the script that the unit names was born after the
// process had begun, and its package has another version since, or its content is not the package's (which the caller asks: see `Reborn`).

import type { UnitStart } from '../systemd/unit-start.ts';
import { interpreterOf, type Language } from './interpreters.ts';
import { findNamedScript, isToldOtherwise, type NoScript } from './named-script.ts';
import type { HostFile, HostFiles } from './on-host.ts';
import { findSnap, findSwitched, type Switched } from './switched.ts';

/** The main process of a service of the host itself. */
export interface MainProcess {
  unit: string;
  /** The program that it runs, without the mark of a gone file. */
  program: string;
  /** NUL-separated. It only takes a suspicion away: see isToldOtherwise. */
  commandLine: string;
  /** Whether the program is gone. Then a finding says so, and nothing is said of it here. */
  isGone: boolean;
  /** See RunningProgram. */
  beganAt: number | null;
}

/** A script that was made anew, or written to, after the process had begun. */
export interface Reborn {
  kind: 'script';
  /** reborn: it is another file. modified: it is the same file, with another content or time. */
  how: 'reborn' | 'modified';
  language: Language;
  path: string;
  /** Milliseconds since the epoch. */
  beganAt: number;
  since: number;
}

type Unjudged = NoScript | 'unit_changed' | 'own_files' | 'no_birth' | 'reloaded';

/** null: the service is up to date. */
type Judgement = Reborn | Switched | { unjudged: Unjudged } | null;

/** Births have a jitter of a second, and the start of a process has one of a tick. */
export const birthToleranceMs = 2000;

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
  return changedAt !== null && changedAt > bornAt ? { unjudged: 'reloaded' } : reborn;
}

/** Returns null if the script is as old as the process, or older. */
export function judgeScript(
  { language, file }: { language: Language; file: HostFile },
  beganAt: number,
): Reborn | null {
  const { path, bornAt, modifiedAt } = file;
  if (bornAt !== null && bornAt > beganAt + birthToleranceMs)
    return { kind: 'script', how: 'reborn', language, path, beganAt, since: bornAt };
  if (modifiedAt > beganAt + birthToleranceMs)
    return { kind: 'script', how: 'modified', language, path, beganAt, since: modifiedAt };
  return null;
}
