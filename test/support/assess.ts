// A report -> what the fleet is told of it, by the shipped policy and without anything accepted.

import { isWhole } from '../../src/documents/coverage.ts';
import type { Report } from '../../src/documents/generated/report.ts';
import { compileStale } from '../../src/drift/stale.ts';
import type { Assessment } from '../../src/fleet/fold.ts';
import type { FleetGate } from '../../src/fleet/gate.ts';
import { compileRebootJudge } from '../../src/plan/build.ts';

const rebootOf = compileRebootJudge([]);
const staleOf = compileStale({ units: [], roles: null, kinds: [] }, [], new Date(0));

export function assess(report: Report): Assessment {
  return { reboot: rebootOf(report), stale: staleOf(report), whole: isWhole(report) };
}

/** The gate of a fleet without --fail-on. */
export const noGate: FleetGate = { failOn: [], allowIncomplete: false };
