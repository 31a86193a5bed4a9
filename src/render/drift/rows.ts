// Drift -> NDJSON, one finding a line, flat, every row with every column, for databases and log shippers:
// generated_at hostname host_id, the finding's id and change, unit scope uid user, container_runtime container_id,
// executable via path path_base64 kind role state, pids joined by commas, first_seen_at; package package_version running_version
// pending_fixes and confidence as in the rows of a report.

import { fixesOf } from '../../documents/drift-gate.ts';
import type { Drift, Finding } from '../../documents/generated/drift.ts';
import { renderNdjson } from '../json.ts';

export function* renderDriftRows({ report, host, findings, resolved, unseen }: Drift): Generator<string> {
  for (const finding of [...findings, ...resolved, ...unseen]) {
    yield renderNdjson({
      generated_at: report.generated_at,
      hostname: host.hostname,
      host_id: host.id,
      id: finding.id,
      change: finding.change,
      unit: finding.unit,
      scope: finding.scope,
      uid: finding.user?.uid ?? null,
      user: finding.user?.name ?? null,
      container_runtime: finding.container?.runtime ?? null,
      container_id: finding.container?.id ?? null,
      executable: finding.executable,
      via: finding.via,
      path: finding.path,
      path_base64: finding.path_base64,
      kind: finding.kind,
      role: finding.role,
      state: finding.state,
      pids: finding.pids.join(','),
      first_seen_at: finding.first_seen_at,
      package: finding.package?.name ?? null,
      package_version: finding.package?.version ?? null,
      running_version: finding.package?.running_version ?? null,
      pending_fixes: pendingFixes(finding),
      confidence: finding.confidence ?? null,
    });
  }
}

/** At least so many; null for what is no code, and if nothing is known. */
function pendingFixes(finding: Finding): number | null {
  return finding.role !== 'code' || fixesOf(finding) === 'unknown' ? null : (finding.fixes?.count ?? null);
}
