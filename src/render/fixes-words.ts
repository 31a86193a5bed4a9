// Security fixes that are on disk and not in memory -> words for people.

import type { FixesUnknown } from '../documents/generated/drift.ts';
import type { ClosedFixes } from '../documents/generated/plan.ts';
import type { KernelFixes } from '../documents/generated/report.ts';
import { enumerate } from './format.ts';
import { sanitize } from './sanitize.ts';

const shownIds = 2;
const mostIds = 20;
const shownPackages = 3;

/** `CVE-2026-32776, CVE-2026-24515 and 25 more`. */
export function idsText(cves: readonly string[], count: number): string {
  const more = count - shownIds;
  return more > 1 ? `${cves.slice(0, shownIds).join(', ')} and ${more} more` : enumerate(cves);
}

/** The same for texts that are kept: at most 20 ids, and how many more there are. */
export function longIdsText(cves: readonly string[], count: number): string {
  const shown = cves.slice(0, mostIds);
  return count > shown.length ? `${shown.join(', ')} and ${count - shown.length} more` : enumerate(shown);
}

/** Newest ids, how many there are, and whether that is all. */
export interface ListedFixes {
  cves: readonly string[];
  count: number;
  complete: boolean;
}

/** `fixed on disk, not in memory: at least CVE-2026-32776`; null if there are none, or if nobody knows. */
export function pendingText(fixes: ListedFixes | null, idsOf: typeof idsText): string | null {
  if (fixes === null || fixes.count === 0) return null;
  return `fixed on disk, not in memory: ${fixes.complete ? '' : 'at least '}${idsOf(fixes.cves, fixes.count)}`;
}

/** Why it is not known which fixes a package or a file has. */
export const unknownReasons: Readonly<Record<FixesUnknown, string>> = {
  not_asked: 'nobody asked for fixes',
  no_package: 'it is of no package now, or in a container',
  no_running_version: 'its running version is not known',
  no_changelog: 'its changelog cannot be read',
  no_source_version: 'its versions are not those of its changelog',
  not_kept: 'no changelog is kept',
  too_many_packages: 'there are too many packages',
  changelog_too_short: 'its changelog does not reach back',
  advisories_alone: 'its changelog tells nothing',
  advisories_unread: 'not all advisories can be read',
};

/** Why it is not known which fixes a reboot brings. */
export const kernelReasons: Readonly<Record<NonNullable<KernelFixes['unknown_because']>, string>> = {
  kernel_unknown: 'the release of the running kernel cannot be read',
  kernel_not_installed: 'the running kernel is not on disk, and may have come from outside',
  kernels_not_comparable: 'the names of the installed kernels do not tell which one is the newest',
  no_package: 'it is of no package',
  no_running_version: unknownReasons.no_running_version,
  no_changelog: unknownReasons.no_changelog,
  no_source_version: unknownReasons.no_source_version,
  not_kept: unknownReasons.not_kept,
  livepatch: 'a live patch may have brought some of its fixes',
};

/** Sanitized: `2.5.0-1+deb12u2 → u5` if only the last number differs. */
export function versionsText(running: string | null, installed: string): string {
  if (running === null) return `an earlier version → ${sanitize(installed)}`;
  const [, stem, letters] = /^(.*[^A-Za-z])([A-Za-z]+)[0-9]+$/s.exec(running) ?? [];
  const number =
    stem !== undefined && installed.startsWith(stem + letters) && installed.slice(stem.length + letters!.length);
  const shown = number && /^[0-9]+$/.test(number) ? `${letters}${number}` : installed;
  return `${sanitize(running)} → ${sanitize(shown)}`;
}

/** Sanitized: `closes CVE-2026-32776, CVE-2026-24515 and 25 more (libexpat1 2.5.0-1+deb12u2 → u5)`; null if it closes none. */
export function closesText(fixes: ClosedFixes | null): string | null {
  if (fixes === null || fixes.count === 0) return null;
  const { cves, count, complete, packages } = fixes;
  const named = packages.map(
    ({ name, running_version, installed_version }) =>
      `${sanitize(name)} ${versionsText(running_version, installed_version)}`,
  );
  const more = named.length - shownPackages;
  const which = more > 1 ? [...named.slice(0, shownPackages), `${more} other packages`] : named;
  return `closes ${complete ? '' : 'at least '}${idsText(cves, count)} (${which.join(', ')})`;
}
