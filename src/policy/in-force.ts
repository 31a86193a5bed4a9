// The user's rules and the shipped policy -> one list in the order in which they are tried, for people and scripts to read.

import type { PolicyAction, PolicyCondition, UserPolicyRule } from './rule.ts';
import { shippedRules } from './shipped.ts';

export interface PolicyEntry {
  /** The name that a plan gives to the rule. */
  id: string;
  /** null: units of the system and of users. */
  scope: 'system' | 'user' | null;
  /** Globs; empty means any. */
  units: readonly string[];
  paths: readonly string[];
  /** The rule applies only if all affected processes run one of these; empty means any. */
  programs: readonly string[];
  when: PolicyCondition;
  action: PolicyAction;
  signal: string | null;
  reason: string;
  /** A URL, a manual page, or the configuration file. */
  source: string;
}

export function listPolicy(userRules: readonly UserPolicyRule[]): PolicyEntry[] {
  const own = userRules.map(
    ({ unit, path, action, signal, reason, file, line }): PolicyEntry => ({
      id: `${file}:${line}`,
      scope: null,
      units: unit === undefined ? [] : [unit],
      paths: path === undefined ? [] : [path],
      programs: [],
      when: 'affected',
      action,
      signal: signal ?? null,
      reason,
      source: file,
    }),
  );
  return [
    ...own,
    ...shippedRules.map(({ id, scope, units, programs, when, action, signal, reason, source }) => {
      return { id, scope, units, paths: [], programs, when, action, signal, reason, source };
    }),
  ];
}
