// The order for a scan: commands fill this record from flags and configuration, and src/scan/scan.ts reads it.

import type { Readers } from '../crew/readers.ts';
import type { HideRule } from '../deleted/hide-rules.ts';

export interface ScanOptions {
  /** Mount point of the scanned procfs, as in /proc. */
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
  /** Ask which fixes came after the versions of the gone files. Needs `packages`. */
  fixes: boolean;
  /** Look for hints that a process is outdated, for people. */
  possible: boolean;
  /** Ask systemd for facts about the affected units. */
  systemctl: boolean;
  labels: Readonly<Record<string, string>>;
  now: Date;
  /** Returns the readers of the processes; called once. */
  readers: () => Readers;
  /** Called now and then while /proc is read; null for no progress. */
  onProgress: ((done: number, total: number) => void) | null;
}
