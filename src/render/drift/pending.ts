// Findings -> words about the security fixes that are on disk and not in the memory of their processes.

import { fixesOf, undecidedFindings } from '../../documents/drift-gate.ts';
import type { Drift, Finding } from '../../documents/generated/drift.ts';
import { joinCves } from '../../documents/packages-in-use.ts';
import { groupBy } from '../../group-by.ts';
import { keyMaker } from '../../keys.ts';
import { type idsText, type ListedFixes, pendingText, unknownReasons } from '../fixes-words.ts';
import { count } from '../format.ts';

/** The fixes of several findings, each id once; null if nothing is known of them. */
function joinFixes(findings: readonly Finding[]): ListedFixes | null {
  const known = findings.flatMap(({ fixes }) => fixes ?? []);
  if (known.length === 0) return null;
  // Files of the same versions have the same fixes, and their lists are cut at the same id.
  const keyOf = keyMaker();
  const byVersions = groupBy(known, ({ packages }) =>
    keyOf(...packages.flatMap((each) => [each.name, each.running_version, each.installed_version])),
  );
  const lists = [...byVersions.values()].map((group) => group[0]!);
  const cves = joinCves(lists.map(({ cves }) => cves));
  return {
    count: lists.reduce((most, { count }) => Math.max(most, count), cves.length),
    cves,
    complete:
      known.length === findings.length &&
      known.every(({ complete }) => complete) &&
      (lists.length === 1 || lists.every(({ count, cves }) => count === cves.length)),
  };
}

/** Names the fixes of some findings, and says why others may not be known. Says nothing if nobody asked for fixes. */
export function fixesLines({ fixes = null }: Drift, findings: readonly Finding[], idsOf: typeof idsText): string[] {
  if (fixes === null) return [];
  const pending = pendingText(joinFixes(findings), idsOf);
  const reasons = whyUnknown(findings);
  return [
    ...(pending === null ? [] : [pending]),
    ...(reasons === '' ? [] : [`not known whether fixes are on disk and not in memory: ${reasons}`]),
  ];
}

/** Says how many findings are undecided, and why; null if none is. */
export function undecidedText(drift: Drift): string | null {
  const undecided = undecidedFindings(drift);
  if (undecided.length === 0) return null;
  return `of ${count(undecided.length, 'finding')} it is not known whether fixes are on disk and not in memory (${whyUnknown(undecided)})`;
}

/** The reasons why it is not known whether some of the findings have fixes; '' if it is known. */
function whyUnknown(findings: readonly Finding[]): string {
  const reasons = findings
    .filter((finding) => fixesOf(finding) === 'unknown')
    .flatMap(({ fixes_unknown_because = ['not_asked'] }) => fixes_unknown_because);
  return [...new Set(reasons)].map((reason) => unknownReasons[reason]).join('; ');
}
