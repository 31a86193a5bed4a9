// The flags of check -> the settings of the judgement and of the Nagios plugin.

import { boolean, option, string } from '@oclif/core/flags';
import type { FlagsOf, ResultFlags } from '../cli/base-command.ts';
import type { EffectiveConfig } from '../config/effective.ts';
import type { Drift, DriftReboot, Finding } from '../documents/generated/drift.ts';
import type { Report } from '../documents/generated/report.ts';
import type { Filters } from '../drift/finding-filter.ts';
import type { CheckOptions } from '../drift/judge.ts';
import { LibUsersError } from '../errors.ts';
import { parseRange, type Range, type Thresholds } from '../render/drift/nagios.ts';
import { checkUnitGlobs, type configFlags, type ScanFlags, scanFlags } from './scan-flags.ts';

const several = { multiple: true, multipleNonGreedy: true } as const;
const roles = ['code', 'data', 'log', 'file', 'scratch'] as const satisfies Finding['role'][];
const gone = ['executable', 'library', 'data', 'regular', 'directory', 'unknown'] as const satisfies Finding['kind'][];
const kinds = [...gone, 'script', 'snap', 'store', 'deployment'] as const satisfies Finding['kind'][];

const rebootCounts = ['ok', 'warning', 'fail'] as const satisfies DriftReboot['counts_as'][];

const nagios = { helpGroup: 'NAGIOS' } as const;

export const gateFlags = {
  baseline: string({
    helpValue: 'FILE',
    description: 'Compare with this report or drift document; without one everything is new.',
  }),
  'write-baseline': string({
    helpValue: 'FILE',
    description:
      'Write the next baseline to FILE: the findings that are known now and were judged. It is written only if the gate is open, or with --fail-on never.',
  }),
  'fail-on': option({
    options: ['new', 'any', 'never'] as const,
    description: 'Which findings close the gate: new (the default with a baseline), any (without), or never.',
  })(),
  reboot: option({
    options: rebootCounts,
    description:
      'How a required reboot counts: ok (it is only said), warning (the state of the plugin), or fail (the gate closes). Default: warning with --format nagios, else ok; check.reboot of the configuration sets another. A reboot is about the whole host, so --unit, --role and --kind do not matter.',
  })(),
  'fixes-only': boolean({
    description:
      'Count only findings whose packages have security fixes that are on disk and not in memory. A scan then asks for them, and a report must have been made with --fixes. A finding whose fixes are not known does not count, but then the gate is not open either (exit code 4).',
  }),
  inferred: boolean({
    description:
      'Count also scripts that are likely outdated, by two facts on disk and in the log of the package manager. What is certain counts in any case.',
  }),
  'allow-incomplete': boolean({
    description:
      'Let the gate open even if not everything could be seen, or if fixes are not known that --fixes-only asks for.',
  }),
  'allow-unseen-users': boolean({
    description:
      'Let the gate open even if processes of users could not be seen, as long as everything else was: those of root and of services.',
  }),
  unit: string({
    ...several,
    helpValue: 'GLOB',
    description: 'Only findings of units whose name matches, or that have this alias, on both sides.',
  }),
  role: option({ ...several, options: roles, description: 'Only findings of this role, on both sides.' })(),
  kind: option({ ...several, options: kinds, description: 'Only findings of this kind, on both sides.' })(),
  warning: string({
    char: 'w',
    helpValue: 'RANGE',
    description: 'WARNING if the number of counted units is outside this range; 0 (any) if neither -w nor -c is given.',
    ...nagios,
  }),
  critical: string({
    char: 'c',
    helpValue: 'RANGE',
    description: 'CRITICAL if the number of counted units is outside this range.',
    ...nagios,
  }),
  'critical-age': string({
    helpValue: '7d',
    description: 'CRITICAL if a unit is stale for longer, counted or not.',
    ...nagios,
  }),
  'critical-cves': string({
    helpValue: 'RANGE',
    description:
      'CRITICAL if the number of security fixes (CVE ids) that are on disk and not in memory is outside this range, for findings that count or not; UNKNOWN if that is not known. A scan then asks for them.',
    ...nagios,
  }),
};

/** Flags that say how a judgement is printed as a plugin's answer. The others decide the judgement. */
const printingFlags: ReadonlySet<string> = new Set(['warning', 'critical', 'critical-age', 'critical-cves']);
const judgingFlags = [...Object.keys(gateFlags).filter((name) => !printingFlags.has(name)), 'config'];

/** Throws usage if a flag that decides the judgement stands beside a drift document, because that document was judged already. */
export function refuseJudgingFlags(given: readonly { type: string; flag?: string }[], file: string): void {
  const found = given.find(({ type, flag }) => type === 'flag' && judgingFlags.includes(flag!))?.flag;
  if (found === undefined) return;
  const message = `--${found} is about the judgement, and ${file} was judged already`;
  throw new LibUsersError('usage', message, 'leave the flag out, or judge the report anew');
}

export type GateFlags = FlagsOf<typeof gateFlags> & Pick<ResultFlags, 'require-complete'>;

/**
 * The flags of a scan that make sense here. A scan that is narrowed to some processes cannot tell what is resolved, so the
 * scan counts as incomplete, as in the other commands.
 */
export const hostFlags = {
  proc: scanFlags.proc,
  pid: scanFlags.pid,
  ignore: scanFlags.ignore,
  'ignore-literal': scanFlags['ignore-literal'],
  'no-default-rules': scanFlags['no-default-rules'],
  fixes: scanFlags.fixes,
  'no-systemctl': scanFlags['no-systemctl'],
};

type HostFlags = FlagsOf<typeof hostFlags & typeof configFlags>;

export type CheckFlags = GateFlags & HostFlags;

/** --unit filters the findings. All units are scanned, so that units of the baseline can be resolved. */
export function scanFlagsOf(flags: CheckFlags): ScanFlags {
  const rest = { only: undefined, unit: undefined, 'command-line': undefined, label: undefined };
  return {
    ...flags,
    ...rest,
    detail: 'processes',
    packages: false,
    possible: false,
    fixes: flags.fixes || asksForFixes(flags) !== null,
  };
}

/** The flag that asks which fixes are on disk and not in memory; null if none does. */
function asksForFixes(flags: GateFlags): '--fixes-only' | '--critical-cves' | null {
  if (flags['fixes-only']) return '--fixes-only';
  return flags['critical-cves'] === undefined ? null : '--critical-cves';
}

/** Throws usage if a flag asks for fixes and the document was made without them, because they would look like none. */
export function refuseWithoutFixes(flags: GateFlags, document: Report | Drift, file: string): void {
  const flag = asksForFixes(flags);
  const isReport = document.kind === 'lib-users/report';
  if (flag === null || (isReport ? document.packages : document.fixes) != null) return;
  const message = `${flag} wants to know which fixes are not in memory, and ${file} was made without --fixes`;
  throw new LibUsersError('usage', message, 'make the report with lib-users scan --fixes');
}

/** Says how a required reboot counts: the flag wins over the configuration, which wins over the format's default. */
export function rebootCountsAs(
  flags: GateFlags,
  config: EffectiveConfig,
  format: string,
): Pick<DriftReboot, 'counts_as' | 'by_default'> {
  const given = flags.reboot ?? config.check.reboot;
  return { counts_as: given ?? (format === 'nagios' ? 'warning' : 'ok'), by_default: given === null };
}

/** Runs before any work is done, since a glob may be wrong. Without --role the configuration says which roles count. */
export function checkFilters(flags: GateFlags): Filters {
  return {
    units: checkUnitGlobs(flags.unit),
    roles: flags.role ?? null,
    kinds: flags.kind ?? [],
  };
}

export function checkOptions(
  flags: GateFlags,
  filters: Filters,
  config: EffectiveConfig,
  reboot: DriftReboot,
  now: Date,
): CheckOptions {
  return {
    failOn: flags['fail-on'] ?? null,
    // oclif leaves out a boolean flag that was not given, although its type says that it is there.
    allowIncomplete: flags['allow-incomplete'] === true && !flags['require-complete'],
    allowUnseenUsers: flags['allow-unseen-users'] === true && !flags['require-complete'],
    fixesOnly: flags['fixes-only'] === true,
    inferred: flags.inferred === true,
    filters: { ...filters, roles: filters.roles ?? config.check.roles ?? null },
    accept: config.check.accept,
    reboot,
    now,
  };
}

/** If neither -w nor -c is given, any counted unit is a WARNING. */
export function nagiosThresholds(flags: GateFlags): Thresholds {
  const warning = flags.warning ?? (flags.critical === undefined ? '0' : undefined);
  return {
    warning: rangeOf('--warning', warning),
    critical: rangeOf('--critical', flags.critical),
    criticalAgeSeconds: secondsOf(flags['critical-age']),
    criticalCves: rangeOf('--critical-cves', flags['critical-cves']),
    requireComplete: flags['require-complete'],
  };
}

function rangeOf(flag: string, text: string | undefined): Range | null {
  if (text === undefined) return null;
  const range = parseRange(text);
  if (range !== null) return range;
  throw new LibUsersError('usage', `${flag} ${text}: not a threshold range`, 'as in 5, 1:, ~:5, 1:5 or @1:5');
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, amount, unit] = /^([0-9]{1,9})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * seconds[unit]!;
  throw new LibUsersError('usage', `--critical-age ${text}: not a time`, 'as in 90m, 12h, 7d or 2w');
}
