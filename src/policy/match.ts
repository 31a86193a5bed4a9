// A target and its gone files -> the policy rule that decides. The first match wins. The user's rules come before the shipped ones.

import { compileGlob } from '../glob.ts';
import { fromText } from '../procfs/bytes.ts';
import type { Decision, PolicyAction, ShippedRule, UserPolicyRule } from './rule.ts';
import { compileUnitPattern, type UnitNames } from './unit-pattern.ts';

export interface PolicyFile {
  /** The path as bytes, because globs match bytes. */
  bytes: string;
  /** Whether a rule without a path applies to the file. Scratch and data need a rule that names the path. */
  affects: boolean;
  /** Whether a user may have handed the file over. Then a rule without a path can only ignore the file or leave it to people. */
  mayBeHanded: boolean;
  /** Whether it is inferred that the file is outdated. Then only a rule that says so can ask for a restart. */
  isInferred?: boolean;
}

/** Returns the first of the user's rules that applies to this file of this unit, with its place in the list, or null. */
export type UserPolicy = (names: UnitNames, file: PolicyFile) => { index: number; decision: Decision } | null;

export function compileUserPolicy(rules: readonly UserPolicyRule[]): UserPolicy {
  const compiled = rules.map((rule, index) => ({
    index,
    mayInfer: rule.inferred !== undefined,
    matchUnit: rule.unit === undefined ? null : compileUnitPattern(rule.unit),
    matchesPath: rule.path === undefined ? null : compileGlob(fromText(rule.path)),
    decision: {
      rule: `${rule.file}:${rule.line}`,
      action: rule.action,
      signal: rule.signal ?? null,
      reason: rule.reason,
      byUser: true,
    },
  }));
  return (names, file) => {
    for (const { index, mayInfer, matchUnit, matchesPath, decision } of compiled) {
      if (file.isInferred && !mayInfer && !leavesOut(decision.action)) continue;
      if (matchesPath === null ? !isAbout(file, decision.action) : !matchesPath(file.bytes)) continue;
      const name = matchUnit === null ? names.unit : matchUnit(names, leavesAlone(decision.action));
      if (matchUnit === null || name !== null) return { index, decision: sayAlias(decision, names, name) };
    }
    return null;
  };
}

/** Returns whether the action does nothing to the unit. */
function leavesOut(action: PolicyAction): boolean {
  return action === 'ignore' || action === 'manual';
}

function isAbout({ affects, mayBeHanded }: PolicyFile, action: PolicyAction): boolean {
  return affects && (!mayBeHanded || leavesOut(action));
}

export interface PolicyTarget extends UnitNames {
  scope: 'system' | 'user';
  unit: string;
  /** The program of each affected process; null if it is not known. */
  programs: readonly (string | null)[];
  /** systemd's KillMode=, or null if it is not known. */
  killMode: string | null;
  hasCode: boolean;
  /** Whether gone programs or libraries are mapped. */
  mapsCode: boolean;
}

const conditions: Readonly<Record<ShippedRule['when'], (target: PolicyTarget) => boolean>> = {
  affected: () => true,
  code: ({ hasCode }) => hasCode,
  mapped_code: ({ mapsCode }) => mapsCode,
  only_logs: ({ hasCode }) => !hasCode,
  ends_all_processes: ({ killMode }) => killMode !== 'process' && killMode !== 'none',
};

/** Returns the decision of the shipped rules on a unit, or null. */
export type ShippedPolicy = (target: PolicyTarget) => Decision | null;

export function compileShippedPolicy(rules: readonly ShippedRule[]): ShippedPolicy {
  const compiled = rules.map((rule) => ({ rule, patterns: rule.units.map(compileUnitPattern) }));
  return (target) => {
    for (const { rule, patterns } of compiled) {
      if (rule.scope !== target.scope || !conditions[rule.when](target)) continue;
      if (rule.programs.length > 0 && !runsOnly(target.programs, rule.programs)) continue;
      const { id, action, signal, reason } = rule;
      for (const match of patterns) {
        const name = match(target, leavesAlone(action));
        if (name !== null) return sayAlias({ rule: id, action, signal, reason, byUser: false }, target, name);
      }
    }
    return null;
  };
}

/** Returns whether the action does nothing to a unit and hides nothing. Such a rule may match a unit too many without harm. */
function leavesAlone(action: PolicyAction): boolean {
  return action === 'manual' || action === 'reboot';
}

/** Adds the alias to the reason, because a reader of the plan would not find the unit's own name in the rule. */
function sayAlias(decision: Decision, { unit }: UnitNames, name: string | null): Decision {
  return name === unit ? decision : { ...decision, reason: `${decision.reason} (by its alias ${name})` };
}

/**
 * Returns whether a unit with these names can get the verdict reboot at all, for any files. Few units of a fleet can, and judging
 * the others would be most of the work.
 */
export function compileRebootCandidates(
  userRules: readonly UserPolicyRule[],
  rules: readonly ShippedRule[],
): (unit: Pick<PolicyTarget, 'scope' | 'unit' | 'aliases'>) => boolean {
  const own = userRules
    .filter(({ action }) => action === 'reboot')
    .map(({ unit }) => (unit === undefined ? null : compileUnitPattern(unit)));
  const shipped = rules
    .filter(({ action }) => action === 'reboot')
    .map(({ scope, units }) => ({ scope, patterns: units.map(compileUnitPattern) }));
  const wide = leavesAlone('reboot');
  return (target) =>
    own.some((match) => match === null || match(target, wide) !== null) ||
    shipped.some(
      ({ scope, patterns }) => scope === target.scope && patterns.some((match) => match(target, wide) !== null),
    );
}

function runsOnly(running: readonly (string | null)[], programs: readonly string[]): boolean {
  return running.length > 0 && running.every((program) => program !== null && programs.includes(program));
}
