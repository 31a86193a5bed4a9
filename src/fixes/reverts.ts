// The text of an entry -> which of its changes fixed which ids, and the titles of the changes that it takes back. A kernel's changelog has
// one point for each commit, and a revert of git says `Revert "TITLE"` without the ids of the change that it takes back.

import { findCves, splitPoints } from '../cves.ts';

export interface EntryChanges {
  /** The changes that name ids, by title. */
  fixing: readonly { title: string; cves: readonly string[] }[];
  /** The titles of the changes that are taken back. */
  reverted: readonly string[];
}

const revert = /^Revert "(.+)"/;

/** Reads the points of an entry. Without an id and without a revert both lists are empty. */
export function findChanges(text: string): EntryChanges {
  const fixing: { title: string; cves: string[] }[] = [];
  const reverted: string[] = [];
  if (!/cve-|revert "/i.test(text)) return { fixing, reverted };
  for (const point of splitPoints(text)) {
    const title = titleOf(point);
    const [, taken] = revert.exec(title) ?? [];
    if (taken !== undefined) reverted.push(withoutGroups(taken));
    const cves = findCves(point);
    if (cves.length > 0) fixing.push({ title, cves });
  }
  return { fixing, reverted };
}

/** The first line of the commit: without the mark of the point and the tag before it (`[x86]`). */
function titleOf(point: string): string {
  const words = point.replace(/\s+/g, ' ').trim();
  return withoutGroups(words.replace(/^[-*+] /, '').replace(/^\[[^\]]*\] /, ''));
}

const opening: Readonly<Record<string, string>> = { ')': ' (', ']': ' [', '}': ' {' };

/** The text without what stands in brackets at its end, as `(CVE-2024-1) (Closes: #1)`. */
function withoutGroups(text: string): string {
  for (let rest = text; ; ) {
    const open = opening[rest.at(-1) ?? ''];
    const at = open === undefined ? -1 : rest.lastIndexOf(open);
    if (at === -1) return rest;
    rest = rest.slice(0, at).trimEnd();
  }
}

/**
 * Returns the ids that entries of the running version fix, and that neither the same entry nor a later one takes back.
 * @param entries the newest first
 * @param end the index of the newest entry that the running version contains
 */
export function findStanding(
  entries: readonly (EntryChanges & { cves: readonly string[] })[],
  end: number,
): Set<string> {
  const standing = new Set<string>();
  const reverted = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    for (const title of entry.reverted) reverted.add(title);
    if (index < end) continue;
    const taken = new Set(entry.fixing.filter(({ title }) => reverted.has(title)).flatMap(({ cves }) => cves));
    for (const cve of entry.cves) if (!taken.has(cve)) standing.add(cve);
  }
  return standing;
}
