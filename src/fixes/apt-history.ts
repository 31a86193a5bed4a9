// The paragraphs of apt's history.log -> the runs of apt: when, by which command, for which user, and the packages that each run
// replaced. apt writes the file without a manual page (apt-pkg/deb/dpkgpm.cc). The times are local, without a zone.

import type { Host } from '../host/trusted-file.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { timeOfLine } from './dpkg-log.ts';
import { type LogFormat, type PackageLog, readLog } from './package-log.ts';
import { toleranceMs } from './use.ts';

/** The command and the user that asked for the replacement of a package. */
export interface UpgradeRequest {
  /** The command line of the program that ran apt; null if the log does not say. */
  command: Bytes | null;
  /** The user who called sudo or pkexec; null if there was none. */
  user: { uid: number; name: Bytes } | null;
}

export interface AptRun extends UpgradeRequest {
  /** Milliseconds since the epoch, to the second. */
  beganAt: number;
  endedAt: number;
  /** The packages that lost files, each with its version before the run. */
  replaced: ReadonlyMap<string, string>;
}

/** The longest time that a run counts for if the log does not say when the run ended. */
const longestRunMs = 3_600_000;
const longestCommand = 1000;

const field = /^([A-Z][A-Za-z-]*): (.*)$/;
/** Fields with packages that had files before the run. */
const replacing = new Set(['Upgrade', 'Downgrade', 'Reinstall', 'Remove', 'Purge']);
/** `libfoo1:amd64 (1.2-1, 1.2-2)`, or with one version. */
const item = /([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)? \(([^(), ]+)(?:, [^()]*)?\)/g;

function timeOf(line: Bytes): number | null {
  const [, name, value] = field.exec(line) ?? [];
  // apt writes two blanks between date and time.
  return name === 'Start-Date' || name === 'End-Date' ? timeOfLine(`${value!.replace(/ {2,}/, ' ')} `) : null;
}

function userOf(value: Bytes): UpgradeRequest['user'] {
  const [, name, uid] = /^(.{1,256}) \(([0-9]{1,10})\)$/.exec(value) ?? [];
  return name === undefined || Number(uid) > 0xffffffff ? null : { uid: Number(uid), name };
}

function parse(lines: Iterable<Bytes>): AptRun[] {
  const runs: (AptRun & { replaced: Map<string, string> })[] = [];
  let hasEnded = true;
  for (const line of lines) {
    const [, name, value] = field.exec(line) ?? [];
    const run = runs.at(-1);
    if (name === undefined || value === undefined) continue;
    if (name === 'Start-Date') {
      const at = timeOf(line);
      if (run !== undefined && at !== null && !hasEnded) run.endedAt = Math.min(run.endedAt, Math.max(at, run.beganAt));
      hasEnded = at === null;
      if (at !== null)
        runs.push({ beganAt: at, endedAt: at + longestRunMs, command: null, user: null, replaced: new Map() });
    } else if (run === undefined || hasEnded) continue;
    else if (name === 'Commandline') run.command = value.slice(0, longestCommand);
    else if (name === 'Requested-By') run.user = userOf(value);
    else if (name === 'End-Date') {
      const at = timeOf(line);
      // The clock may have been set back during the run.
      if (at !== null && at >= run.beganAt) run.endedAt = at;
      hasEnded = true;
    } else if (replacing.has(name)) {
      for (const [, each, version] of value.matchAll(item)) run.replaced.set(each!, version!);
    }
  }
  return runs;
}

export const aptHistory: LogFormat<AptRun> = { timeOf, parse };

/** @param since the earliest time of the log that the caller needs, in milliseconds since the epoch */
export function readAptHistory(host: Host, since: number): Promise<PackageLog<AptRun>> {
  return readLog(host, '/var/log/apt/history.log', since, aptHistory);
}

/**
 * Finds who asked for the run in which a file of a package lost its name; null if no run fits, or several do.
 * @param version the version of the file; null if it is not known
 * @param at when the file lost its name, in milliseconds since the epoch
 */
export function findRequest(
  runs: readonly AptRun[],
  { name, version, at }: { name: string; version: string | null; at: number },
): UpgradeRequest | null {
  const [run, ...others] = runs.filter(({ beganAt, endedAt, replaced }) => {
    const before = replaced.get(name);
    if (before === undefined || (version !== null && before !== version)) return false;
    return beganAt - toleranceMs <= at && at <= endedAt + 1000 + toleranceMs;
  });
  return run === undefined || others.length > 0 ? null : { command: run.command, user: run.user };
}
