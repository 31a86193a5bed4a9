// Which policy rule decides about a thing and its gone files. First match wins; the user's rules come before the shipped.

import { compileGlob } from '../glob.ts';
import { fromText } from '../procfs/bytes.ts';
import type { Decision, ShippedRule, UserPolicyRule } from './rule.ts';

export interface PolicyFile {
  /** The path as bytes, since globs match bytes. */
  bytes: string;
  /** Whether a rule for the unit alone is about it: scratch and data maps need a rule that names the path. */
  affects: boolean;
}

/** The first of the user's rules that is about this file of this unit, with its place in the list, or null. */
export type UserPolicy = (unit: string | null, file: PolicyFile) => { index: number; decision: Decision } | null;

export function compileUserPolicy(rules: readonly UserPolicyRule[]): UserPolicy {
  const compiled = rules.map((rule, index) => ({
    index,
    matchesUnit: rule.unit === undefined ? null : compileGlob(fromText(rule.unit)),
    matchesPath: rule.path === undefined ? null : compileGlob(fromText(rule.path)),
    decision: {
      rule: `${rule.file}:${rule.line}`,
      action: rule.action,
      signal: rule.signal ?? null,
      reason: rule.reason,
      byUser: true,
    },
  }));
  return (unit, file) =>
    compiled.find(
      ({ matchesUnit, matchesPath }) =>
        (matchesUnit === null || (unit !== null && matchesUnit(fromText(unit)))) &&
        (matchesPath === null ? file.affects : matchesPath(file.bytes)),
    ) ?? null;
}

export interface PolicyThing {
  scope: 'system' | 'user';
  unit: string;
  /** What its affected processes run; null where one is not known. */
  programs: readonly (string | null)[];
  hasCode: boolean;
}

const conditions: Readonly<Record<ShippedRule['when'], (thing: PolicyThing) => boolean>> = {
  affected: () => true,
  code: ({ hasCode }) => hasCode,
  only_logs: ({ hasCode }) => !hasCode,
};

/** What the shipped rules say of a unit, or null. */
export type ShippedPolicy = (thing: PolicyThing) => Decision | null;

export function compileShippedPolicy(rules: readonly ShippedRule[]): ShippedPolicy {
  const compiled = rules.map((rule) => ({ rule, matchers: rule.units.map(compileGlob) }));
  return (thing) => {
    const found = compiled.find(
      ({ rule, matchers }) =>
        rule.scope === thing.scope &&
        conditions[rule.when](thing) &&
        matchers.some((matches) => matches(thing.unit)) &&
        (rule.programs.length === 0 || runsOnly(thing.programs, rule.programs)),
    );
    if (found === undefined) return null;
    const { id, action, signal, reason } = found.rule;
    return { rule: id, action, signal, reason, byUser: false };
  };
}

function runsOnly(running: readonly (string | null)[], programs: readonly string[]): boolean {
  return running.length > 0 && running.every((program) => program !== null && programs.includes(program));
}
