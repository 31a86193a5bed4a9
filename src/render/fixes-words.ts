// Security fixes that are on disk and not in memory -> words for people.

import type { ClosedFixes } from '../documents/generated/plan.ts';
import { enumerate } from './format.ts';
import { sanitize } from './sanitize.ts';

const shownIds = 2;
const shownPackages = 3;

/** `CVE-2026-32776, CVE-2026-24515 and 25 more`. */
export function idsText(cves: readonly string[], count: number): string {
  const more = count - shownIds;
  return more > 1 ? `${cves.slice(0, shownIds).join(', ')} and ${more} more` : enumerate(cves);
}

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
