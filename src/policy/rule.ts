// What a policy rule is, shipped or the user's own: which targets it is about, what the plan says of them, and why.

import type { PolicyRule as ConfigRule } from '../documents/generated/config.ts';

export type PolicyAction = ConfigRule['action'];

/**
 * `affected`: any reason at all. `code`: gone code among the reasons. `mapped_code`: gone programs or libraries that are mapped, which
 * nobody can hand over as he can a descriptor. `only_logs`: held logs and no gone code.
 * `ends_all_processes`: a restart ends every process of the unit, since KillMode= (systemd.kill(5)) does not spare them, or
 * that is not known.
 */
export type PolicyCondition = 'affected' | 'code' | 'mapped_code' | 'only_logs' | 'ends_all_processes';

/** One entry of the shipped table. Globs are fnmatch globs over the whole name or path. */
export interface ShippedRule {
  id: string;
  scope: 'system' | 'user';
  units: readonly string[];
  /** Every affected process must run one of these programs; empty means whatever they run. */
  programs: readonly string[];
  when: PolicyCondition;
  action: PolicyAction;
  /** For action signal: the signal, as in HUP. */
  signal: string | null;
  reason: string;
  /** Where the fact comes from: a URL or a manual page. */
  source: string;
}

/** One entry of `policy:` in a configuration file, and where it stands. */
export interface UserPolicyRule {
  readonly unit?: string | undefined;
  readonly path?: string | undefined;
  readonly action: PolicyAction;
  readonly signal?: string | undefined;
  readonly reason: string;
  readonly file: string;
  readonly line: number;
}

/** What the plan repeats of the rule that decided. */
export interface Decision {
  rule: string;
  action: PolicyAction;
  signal: string | null;
  reason: string;
  /** The user's word also holds where systemd could not be asked; a shipped rule never restarts on a guess. */
  byUser: boolean;
}
