// What a scan is asked to do: the record that commands fill from flags and configuration and src/scan/scan.ts obeys.

import type { Readers } from '../crew/readers.ts';
import type { HideRule } from '../deleted/hide-rules.ts';

export interface ScanOptions {
  /** Where the scanned procfs is mounted, as in /proc. */
  procPath: string;
  include: readonly ('maps' | 'fds')[];
  /** Only these processes; empty means all. */
  pids: readonly number[];
  /** Only processes in units whose name matches one of these globs; empty means all. */
  units: readonly string[];
  /** False-positive rules in force (the shipped table, or none, or a drop-in command's own). */
  rules: readonly HideRule[];
  /** Whether `rules` is the shipped table; goes into scan.filters.default_rules. */
  defaultRules: boolean;
  /** The user's own ignore globs over the whole path (fnmatch: * crosses /) and literal paths. */
  ignore: readonly string[];
  ignoreLiteral: readonly string[];
  commandLine: 'full' | 'program' | 'none';
  detail: 'units' | 'processes';
  /** Ask the package database for the owners of gone files. */
  packages: boolean;
  /** Ask what was fixed in the packages since the versions that gone files are of. Wants `packages`. */
  fixes: boolean;
  /** Ask systemd for the affected units' facts. */
  systemctl: boolean;
  labels: Readonly<Record<string, string>>;
  now: Date;
  /** Gives who reads the processes, once. */
  readers: () => Readers;
  /** Called now and then while reading /proc; null on request of nobody. */
  onProgress: ((done: number, total: number) => void) | null;
}
