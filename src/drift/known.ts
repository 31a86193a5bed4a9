// A baseline document -> what was known then, by id. A drift document remembers when each finding was first seen.

import type { Baseline, Drift, Finding } from '../documents/generated/drift.ts';
import type { Report } from '../documents/generated/report.ts';
import { collectSightings } from './sightings.ts';

export interface Known {
  /** As the drift document repeats it. */
  baseline: Baseline;
  findings: ReadonlyMap<string, Omit<Finding, 'change'>>;
}

export function collectKnown(document: Report | Drift): Known {
  if (document.kind === 'lib-users/drift') {
    const { host, report } = document;
    return {
      baseline: { ...report, host },
      // What that check could not see was known before, and nobody has seen it end.
      findings: byId([...document.findings, ...document.unseen]),
    };
  }
  const { host, generated_at } = document;
  return {
    baseline: {
      generated_at,
      complete: isWhole(document),
      host: { hostname: host.hostname, id: host.id, boot_id: host.boot_id },
    },
    findings: byId(
      collectSightings(document).map(({ staleSince: _, replacedAt: __, ...sighting }) => ({
        ...sighting,
        first_seen_at: generated_at,
      })),
    ),
  };
}

function byId<F extends { id: string }>(findings: readonly F[]): Map<string, F> {
  return new Map(findings.map((finding) => [finding.id, finding]));
}

/** Whether the report saw everything and shows it. */
export function isWhole(report: Report): boolean {
  return report.scan.complete && showsAll(report);
}

/** Whether the report shows what it saw: with --detail units it leaves out the processes of no unit. */
export function showsAll({ scan, summary, units }: Report): boolean {
  return scan.detail === 'processes' || new Set(units.flatMap(({ pids }) => pids)).size >= summary.processes;
}
