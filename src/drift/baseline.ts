// A baseline document -> its findings by id. A drift document remembers when each finding was first seen.

import { isWhole } from '../documents/coverage.ts';
import type { Baseline, Drift, Finding } from '../documents/generated/drift.ts';
import type { Report } from '../documents/generated/report.ts';
import { hostIdentity } from '../documents/host-identity.ts';
import { buildFindingFixes } from './pending.ts';
import { collectSightings } from './sightings.ts';

export interface Known {
  /** The baseline as the drift document repeats it. */
  baseline: Baseline;
  findings: ReadonlyMap<string, Omit<Finding, 'change'>>;
  /** Whether the baseline was made with --fixes, so that it says which fixes were missing in memory. */
  hasFixes: boolean;
}

/** @param inferred whether a report's findings count that are only likely */
export function collectKnown(document: Report | Drift, inferred: boolean): Known {
  if (document.kind === 'lib-users/drift') {
    const { host, report } = document;
    return {
      baseline: { generated_at: report.generated_at, complete: report.complete, host },
      // A finding that the earlier check could not see stays known, because nobody has seen it end.
      findings: byId([...document.findings, ...document.unseen]),
      hasFixes: document.fixes != null,
    };
  }
  const { host, generated_at } = document;
  return {
    baseline: {
      generated_at,
      complete: isWhole(document),
      host: hostIdentity(host),
    },
    findings: byId(
      collectSightings(document, inferred).map(({ staleSince: _, replacedAt, pending, ...sighting }) => ({
        ...sighting,
        first_seen_at: generated_at,
        stale_since: replacedAt,
        fixes: buildFindingFixes(pending),
        fixes_unknown_because: [...pending.unknown],
      })),
    ),
    hasFixes: document.packages != null,
  };
}

function byId<F extends { id: string }>(findings: readonly F[]): Map<string, F> {
  return new Map(findings.map((finding) => [finding.id, finding]));
}
