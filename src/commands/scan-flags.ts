// The flags of a scan -> the options of src/scan/scan.ts. plan and check take the same flags when they scan by themselves.

import { boolean, option, string } from '@oclif/core/flags';
import type { FlagsOf } from '../cli/base-command.ts';
import type { EffectiveConfig } from '../config/effective.ts';
import { configFolder, loadConfig } from '../config/load.ts';
import { takeCrew } from '../crew/start.ts';
import { shippedHideRules } from '../deleted/hide-rules.ts';
import { LibUsersError } from '../errors.ts';
import { globProblem } from '../glob.ts';
import { unitGlobProblem } from '../policy/unit-glob.ts';
import type { ScanOptions } from '../scan/options.ts';

const several = { multiple: true, multipleNonGreedy: true } as const;

export const configFlags = {
  config: string({
    ...several,
    helpValue: 'FILE',
    description: 'A configuration file (- is standard input), in front of those in /etc/lib-users.',
  }),
  'no-config': boolean({ description: 'Do not read the configuration files in /etc/lib-users.' }),
};

export const scanFlags = {
  only: option({
    options: ['maps', 'fds'] as const,
    description: 'Look only at mapped files, or only at open files.',
  })(),
  proc: string({ default: '/proc', helpValue: 'DIR', description: 'Where the procfs to scan is mounted.' }),
  pid: string({ ...several, helpValue: 'N', description: 'Look only at this process.' }),
  unit: string({
    ...several,
    helpValue: 'GLOB',
    description: 'Report only units whose name matches, or that have this alias.',
  }),
  ignore: string({
    ...several,
    helpValue: 'GLOB',
    description: 'Do not report files whose whole path matches; * crosses /.',
  }),
  'ignore-literal': string({ ...several, helpValue: 'PATH', description: 'Do not report this file.' }),
  'no-default-rules': boolean({ description: 'Report also what the shipped false-positive rules would hide.' }),
  'command-line': option({
    options: ['full', 'program', 'none'] as const,
    description: 'How much of each command line to report; program (the default) keeps arguments, and secrets, out.',
  })(),
  detail: option({
    options: ['units', 'processes'] as const,
    default: 'processes',
    description: 'units leaves out the list of processes.',
  })(),
  packages: boolean({ description: "Name the package that owns each file's path now." }),
  fixes: boolean({
    description:
      'Name the security fixes that are on disk and not in memory: for each package, the version that still runs and the CVE ids fixed since. Implies --packages.',
  }),
  possible: boolean({
    description:
      'Name hints too that a process may be outdated. They are for people: no plan, gate or metric counts them.',
  }),
  'no-systemctl': boolean({ description: 'Do not ask systemd for facts about the affected units.' }),
  label: string({ ...several, helpValue: 'K=V', description: 'A label of this host, copied into the report.' }),
  ...configFlags,
};

export type ScanFlags = FlagsOf<typeof scanFlags>;

/** Throws usage if one of the `scanOnly` flags stands beside a report, whose scan is over. */
export function refuseScanFlags(
  scanOnly: readonly string[],
  given: readonly { type: string; flag?: string }[],
  file: string | undefined,
): void {
  const found = given.find(({ type, flag }) => type === 'flag' && scanOnly.includes(flag!))?.flag;
  if (file === undefined || found === undefined) return;
  const message = `--${found} is about a scan, and ${file} is a report that was made already`;
  throw new LibUsersError('usage', message, 'leave one of them out');
}

/** The configuration that --config and --no-config ask for. */
export function loadFlaggedConfig(flags: Pick<ScanFlags, 'config' | 'no-config'>): Promise<EffectiveConfig> {
  return loadConfig({ folder: configFolder, files: flags.config ?? [], useFolder: !flags['no-config'] });
}

/** Flags win over the configuration; ignore lists and labels add to it. */
export function scanOptions(flags: ScanFlags, config: EffectiveConfig, now: Date): ScanOptions {
  const defaultRules = !flags['no-default-rules'] && config.scan.defaultRules;
  const fixes = flags.fixes === true || config.scan.fixes;
  return {
    procPath: normalizeProc(flags.proc),
    include: flags.only === undefined ? ['maps', 'fds'] : [flags.only],
    pids: [...new Set((flags.pid ?? []).map(parsePid))],
    units: checkUnitGlobs(flags.unit),
    rules: defaultRules ? shippedHideRules : [],
    defaultRules,
    ignore: [...checkIgnoreGlobs(flags.ignore), ...config.scan.ignore],
    ignoreLiteral: [...checkPaths(flags['ignore-literal']), ...config.scan.ignoreLiteral],
    commandLine: flags['command-line'] ?? config.scan.commandLine,
    detail: flags.detail,
    // oclif leaves out a boolean flag that was not given, although its type says that it is there.
    packages: flags.packages === true || fixes,
    fixes,
    possible: flags.possible === true,
    systemctl: !flags['no-systemctl'],
    labels: { ...config.labels, ...Object.fromEntries((flags.label ?? []).map(parseLabel)) },
    now,
    readers: takeCrew,
    onProgress: null,
  };
}

function normalizeProc(path: string): string {
  if (path === '') throw new LibUsersError('usage', '--proc: the path is empty', 'as in --proc /host/proc');
  return path.replace(/(?!^)\/+$/, '');
}

function parsePid(text: string): number {
  const pid = /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : 0;
  // The kernel's own limit (PID_MAX_LIMIT, linux/threads.h).
  if (pid >= 1 && pid <= 4194304) return pid;
  throw new LibUsersError('usage', `--pid ${text}: not a process id`, 'give a number from 1 to 4194304');
}

/** Checks the globs of --unit, because a glob that can match no unit name would make an affected host look clean. */
export function checkUnitGlobs(globs: readonly string[] = []): string[] {
  for (const glob of globs) {
    const problem = unitGlobProblem(glob);
    if (problem === null) continue;
    throw new LibUsersError('usage', `--unit ${JSON.stringify(glob)}: ${problem.message}`, problem.hint);
  }
  return [...globs];
}

function checkIgnoreGlobs(globs: readonly string[] = []): string[] {
  for (const glob of globs) {
    const problem = globProblem(glob);
    if (problem !== null) throw new LibUsersError('usage', `--ignore ${JSON.stringify(glob)}: ${problem}`, null);
  }
  return [...globs];
}

function checkPaths(paths: readonly string[] = []): string[] {
  if (paths.includes('')) throw new LibUsersError('usage', '--ignore-literal: the path is empty', 'name a whole path');
  return [...paths];
}

function parseLabel(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new LibUsersError('usage', `--label ${text}: expected K=V`, 'as in --label environment=production');
  return [text.slice(0, at), text.slice(at + 1)];
}
