// Everything that is said of one process: the outcome, and the findings.

import type { Trouble } from '../procfs/reader.ts';
import type { Cut } from './cut.ts';
import type { AffectedProcess } from './finding.ts';
import type { HiddenUse } from './suppressed.ts';

export interface Inspection {
  /** The count in scan.processes that the process goes into. */
  outcome: 'inspected' | 'kernel_threads' | 'blocked' | Trouble;
  affected: AffectedProcess | null;
  hidden: readonly HiddenUse[];
  /** The part of the process that is not listed, or not known; null if all is listed and known. */
  cut: Cut | null;
  /** Whether the process can be outdated although nothing is gone, by the name of its program. */
  mayBeOutdated: boolean;
}

const known = new Map<Inspection['outcome'], Inspection>();

/** The inspection of a process in which nothing was found: one shared object per outcome, because most processes are unaffected. */
export function unaffectedAs(outcome: Inspection['outcome']): Inspection {
  const before = known.get(outcome);
  if (before !== undefined) return before;
  const inspection = { outcome, affected: null, hidden: [], cut: null, mayBeOutdated: false };
  known.set(outcome, inspection);
  return inspection;
}

/** The inspection of a process in which nothing is gone, and whose script may be outdated. */
export const cleanScript: Inspection = { ...unaffectedAs('inspected'), mayBeOutdated: true };
