// A policy rule, shipped or the user's own: the targets that it matches, the action that the plan gives them, and the reason.

import type { PolicyRule as ConfigRule } from '../documents/generated/config.ts';

export type PolicyAction = ConfigRule['action'];

/**
 * `affected`: any reason at all. `code`: gone code among the reasons. `mapped_code`: gone programs or libraries that are mapped,
 * because nobody can hand over a mapping as a descriptor can be handed over. `only_logs`: held logs and no gone code.
 * `ends_all_processes`: a restart ends every process of the unit, because KillMode= (systemd.kill(5)) does not spare them or is
 * not known.
 */
export type PolicyCondition = 'affected' | 'code' | 'mapped_code' | 'only_logs' | 'ends_all_processes';

/** One entry of the shipped table. Globs are fnmatch globs over the whole name or path. */
export interface ShippedRule {
  id: string;
  scope: 'system' | 'user';
  units: readonly string[];
  /** Every affected process must run one of these programs; empty means any program. */
  programs: readonly string[];
  when: PolicyCondition;
  action: PolicyAction;
  /** For action signal: the signal, as in HUP. */
  signal: string | null;
  reason: string;
  /** The source of the fact: a URL or a manual page. */
  source: string;
}

/** One entry of `policy:` in a configuration file, with its file and line. */
export interface UserPolicyRule {
  readonly unit?: string | undefined;
  readonly path?: string | undefined;
  readonly action: PolicyAction;
  readonly signal?: string | undefined;
  /** Whether the rule also restarts for a script that is likely outdated. */
  readonly inferred?: 'restart' | undefined;
  readonly reason: string;
  readonly file: string;
  readonly line: number;
}

/** The parts of the deciding rule that the plan repeats. */
export interface Decision {
  rule: string;
  action: PolicyAction;
  signal: string | null;
  reason: string;
  /** A rule of the user also holds if systemd could not be asked. A shipped rule never restarts on a guess. */
  byUser: boolean;
}
