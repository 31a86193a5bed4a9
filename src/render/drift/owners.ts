// Findings -> groups of one owner each: a unit, a container's program, or a program that no unit owns. All sanitized.

import type { Finding } from '../../documents/generated/drift.ts';
import { groupBy } from '../../group-by.ts';
import { keyMaker } from '../../keys.ts';
import { formatUser, quote } from '../format.ts';
import { sanitizePath } from '../raw-bytes.ts';
import { sanitize, sanitizeUnit } from '../sanitize.ts';

export interface FindingOwner {
  name: string;
  findings: Finding[];
}

/** In the order in which the owners first appear. */
export function groupByOwner(findings: readonly Finding[]): FindingOwner[] {
  const keyOf = keyMaker();
  const owned = findings.map((finding) => ({ finding, name: ownerName(finding) }));
  return [...groupBy(owned, ({ name }) => keyOf(name)).values()].map((group) => ({
    name: group[0]!.name,
    findings: group.map(({ finding }) => finding),
  }));
}

/** As in `ssh.service`, `app.service of user deploy`, `/usr/bin/redis-server (docker container)`. */
export function ownerName({ unit, user, container, executable }: Finding): string {
  if (unit === null) {
    const program = quote(sanitize(executable ?? 'unknown program'));
    if (container === null) return program;
    return `${program} (${container.runtime === 'unknown' ? '' : `${container.runtime} `}container)`;
  }
  return user === null ? sanitizeUnit(unit) : `${sanitizeUnit(unit)} of ${formatUser(user)}`;
}

/** As in `/usr/lib/libssl.so.3: library replaced`. */
export function useText(finding: Finding): string {
  const { role, kind, state, confidence = null } = finding;
  const likely = confidence === 'likely' ? ' (likely)' : '';
  return `${quote(sanitizePath(finding))}: ${role === 'code' ? kind : role} ${state}${likely}`;
}
