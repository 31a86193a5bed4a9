// Outdated scripts and programs of processes -> the report's lists of them, for a unit and for a process.

import { compareBytes } from '../documents/compare-bytes.ts';
import type { Outdated } from '../documents/generated/report.ts';
import { formatTimeOrNull } from '../documents/time.ts';
import { groupBy } from '../group-by.ts';
import { keyMaker } from '../keys.ts';
import type { OutdatedUse } from '../outdated/outdated.ts';
import type { ReportFacts } from './facts.ts';
import { buildPath } from './values.ts';

/** One entry for each path and kind of evidence. */
export function buildOutdated(pids: readonly number[], { outdated }: Pick<ReportFacts, 'outdated'>): Outdated[] {
  const keyOf = keyMaker();
  const uses = pids.flatMap((pid) => (outdated.get(pid) ?? []).map((use) => ({ ...use, pid })));
  const keyed = groupBy(uses, ({ path, kind, confidence }) => keyOf(path, kind, confidence));
  return [...keyed.values()]
    .map((group) => buildEntry(group))
    .sort((a, b) => compareBytes(a.path, b.path) || compareBytes(a.confidence, b.confidence));
}

function buildEntry(group: readonly (OutdatedUse & { pid: number })[]): Outdated {
  const { kind, confidence, evidence, path, language, package: owner, since } = group[0]!;
  return {
    kind,
    confidence,
    evidence,
    ...buildPath(path),
    language,
    package: owner,
    since: formatTimeOrNull(since),
    pids: group.map(({ pid }) => pid).sort((a, b) => a - b),
  };
}
