// The bytes of updates -> the newest revision for this host's processor, in the format of its vendor.

import { findAmdRevision, isRevisionOf } from './amd.ts';
import { findIntelRevision } from './intel.ts';
import type { Loaded, Processor } from './processor.ts';
import type { Revision, Span } from './span.ts';

export function findRevision(updates: Span, processor: Processor, { platforms }: Loaded): Revision {
  if (processor.vendor === 'amd') return findAmdRevision(updates, processor);
  return platforms === null ? 'unknown' : findIntelRevision(updates, { signature: processor.signature, platforms });
}

/** Returns null if the processors run several revisions, or one that cannot be compared with others. */
export function comparableRevision(processor: Processor, { revisions }: Loaded): number | null {
  const [revision] = revisions;
  if (revision === undefined || revisions.length > 1) return null;
  return processor.vendor === 'intel' || isRevisionOf(revision, processor) ? revision : null;
}

/** Returns the revision as the kernel prints it. */
export function formatRevision(revision: number): string {
  return `0x${revision.toString(16)}`;
}
