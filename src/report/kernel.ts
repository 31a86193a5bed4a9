// The kernel that the next boot starts, and its fixes -> the report's entry for it.

import type { KernelFixes } from '../documents/generated/report.ts';
import type { KernelFixes as FoundKernelFixes } from '../fixes/kernel.ts';
import { describeFixes } from './packages.ts';

/** A kernel of half a year fixes thousands of ids, and a question for one of them is asked of reports. */
const listedCves = 10_000;

export function buildKernelFixes(found: FoundKernelFixes | null): KernelFixes | null {
  if (found === null) return null;
  const { owner, fixes } = found;
  return {
    release: found.release,
    name: owner?.name ?? null,
    source: found.source,
    manager: owner?.manager ?? null,
    running_version: found.runningVersion,
    installed_version: owner?.version ?? null,
    evidence: found.evidence,
    fixes: fixes && describeFixes(fixes, listedCves),
    unknown_because: found.unknownBecause,
  };
}
