// One thing that is outdated in a process, with its confidence and the evidence for it.

import type { Outdated } from '../documents/generated/report.ts';
import type { Bytes } from '../procfs/bytes.ts';

export interface OutdatedUse {
  kind: Outdated['kind'];
  confidence: Outdated['confidence'];
  evidence: Outdated['evidence'];
  language: Outdated['language'];
  path: Bytes;
  /** The package that owns the path now, with the version that the process runs; null if none does, or it was not asked. */
  package: Outdated['package'];
  /** Milliseconds since the epoch; null if that is not known. */
  since: number | null;
  /** See RunningProgram; null if it is not known. */
  beganAt: number | null;
}
