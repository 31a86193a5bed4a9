// The report's packages -> a paragraph of the text: which security fixes are on disk and not in memory, and for which files that is unknown.

import type { KernelFixes, PackageInUse, Report } from '../documents/generated/report.ts';
import { hasStrayCode } from '../documents/packages-in-use.ts';
import { fileName } from '../path-evidence.ts';
import { idsText, kernelReasons, unknownReasons, versionsText } from './fixes-words.ts';
import { count, enumerate } from './format.ts';
import { fold, type Style, type Word, word, words } from './layout.ts';
import { sanitize, sanitizeUnit } from './sanitize.ts';

const shownPackages = 20;
const shownUnits = 4;

const strayText = 'Not known of code that is of no package now, or in a container';

/** '' without --fixes, and if there is nothing to tell. */
export function renderFixes(report: Report, style: Style): string {
  const { packages = null } = report;
  if (packages === null) return '';
  const kernel = report.host.kernel_fixes ?? null;
  const most = (each: PackageInUse): number => each.fixes?.count ?? 0;
  const open = packages.filter((each) => most(each) > 0).sort((a, b) => most(b) - most(a));
  const unknown = packages.filter(({ fixes }) => fixes === null || (!fixes.complete && fixes.count === 0));
  const lines = [
    ...open.slice(0, shownPackages).map(packageWords),
    ...(open.length > shownPackages
      ? [words(`… ${open.length - shownPackages} more packages: see --format json`)]
      : []),
    ...kernelLines(kernel),
    ...(unknown.length === 0 ? [] : [words(unknownText(unknown), 'yellow')]),
    ...(hasStrayCode(report) ? [words(strayText, 'yellow')] : []),
  ];
  if (lines.length === 0) return '';
  const title = 'Fixed on disk, not in memory:';
  return fold(words(title, 'bold'), 0, 2, style) + lines.map((line) => fold(line, 2, 4, style)).join('');
}

/** Sanitized: the kernel's fixes that a reboot brings, or why they are not known; null if it brings none. */
export function kernelText(kernel: KernelFixes | null): string | null {
  const [line] = kernelLines(kernel);
  return line === undefined ? null : line.map(({ text }) => text).join(' ');
}

/** The kernel, for which only a reboot is a step. */
function kernelLines(kernel: KernelFixes | null): Word[][] {
  if (kernel === null) return [];
  const { name, release, running_version, installed_version, fixes, unknown_because } = kernel;
  if (fixes === null) {
    const which = release === null ? 'the kernel' : `the kernel ${sanitize(release)}`;
    return unknown_because === null
      ? []
      : [words(`Not known of ${which}: ${kernelReasons[unknown_because]}`, 'yellow')];
  }
  if (fixes.count === 0 && fixes.complete) return [];
  const { cves, count: amount, complete } = fixes;
  return [
    [
      word(sanitize(name ?? 'the kernel'), 'bold'),
      ...words(`${versionsText(running_version, installed_version ?? '')}:`),
      ...words(amount === 0 ? 'not known' : `${complete ? '' : 'at least '}${idsText(cves, amount)}`, 'yellow'),
      ...words('(a reboot)', 'dim'),
    ],
  ];
}

function packageWords(inUse: PackageInUse): Word[] {
  const { name, running_version, installed_version, fixes, units, pids } = inUse;
  const { cves, count: amount, complete } = fixes!;
  return [
    word(sanitize(name), 'bold'),
    ...words(`${versionsText(running_version, installed_version)}:`),
    ...words(`${complete ? '' : 'at least '}${idsText(cves, amount)}`, 'yellow'),
    ...words(`(${usersText(units, pids)}${requestText(inUse)})`, 'dim'),
  ];
}

/** `; replaced by apt for alice`, with the name of the program alone. */
export function requestText({ replaced_by = null }: PackageInUse): string {
  if (replaced_by === null) return '';
  const { command, user } = replaced_by;
  const program = command === null ? 'apt' : fileName(command.split(' ')[0]!);
  const person = user === null ? '' : ` for ${sanitize(user.name ?? String(user.uid))}`;
  return `; replaced by ${sanitize(program)}${person}`;
}

function usersText(units: PackageInUse['units'], pids: readonly number[]): string {
  if (units.length === 0) return count(pids.length, 'process');
  const shown = units.slice(0, shownUnits).map(({ name }) => sanitizeUnit(name));
  return [...shown, ...(units.length > shownUnits ? [`${units.length - shownUnits} more`] : [])].join(', ');
}

function unknownText(unknown: readonly PackageInUse[]): string {
  const named = unknown.slice(0, shownPackages).map(({ name, unknown_because, fixes }) => {
    const because = unknown_because ?? fixes?.incomplete_because ?? 'changelog_too_short';
    return `${sanitize(name)} (${unknownReasons[because]})`;
  });
  const more = unknown.length - shownPackages;
  return `Not known of ${enumerate([...named, ...(more > 0 ? [`${more} more`] : [])])}`;
}
