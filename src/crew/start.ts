// The crew of a scan, started as early as can be: a helper is there after as long as it takes to read the flags.

import { readOwners } from '../host/owners.ts';
import { countHostProcesses } from '../procfs/self.ts';
import { startHelper } from './channel.ts';
import { Crew, manyProcesses } from './crew.ts';
import { compileLate } from './jit.ts';
import { listLeftBehind } from './left-waiting.ts';

let early: Crew | null = null;

/** Starts helpers before the flags are read. Nothing is lost if the command then wants no scan. */
export function startEarly(): void {
  compileLate();
  early = newCrew();
  early.start(countHostProcesses('/proc') < manyProcesses ? 1 : Number.POSITIVE_INFINITY);
}

/** The crew that was started early, for one scan; else a new one. */
export function takeCrew(): Crew {
  const crew = early ?? newCrew();
  early = null;
  return crew;
}

function newCrew(): Crew {
  return new Crew({ start: startHelper, ownerOf: readOwners('/'), listLeftBehind, clock: () => performance.now() });
}
