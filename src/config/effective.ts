// The configuration files, in order -> the one configuration in force.

import type { Accepted, CheckConfig, Config } from '../documents/generated/config.ts';
import type { UserPolicyRule } from '../policy/rule.ts';

/** The place of an entry, for later error messages. */
export interface ConfigPlace {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export type AcceptedFinding = Accepted & ConfigPlace;

export interface EffectiveConfig {
  /** The files that were read, the strongest first. */
  files: readonly string[];
  labels: Readonly<Record<string, string>>;
  scan: {
    ignore: readonly string[];
    ignoreLiteral: readonly string[];
    defaultRules: boolean;
    commandLine: 'full' | 'program' | 'none';
    fixes: boolean;
  };
  policy: readonly UserPolicyRule[];
  check: {
    /** null if no file says. */
    roles: CheckConfig['roles'] | null;
    /** The effect of a required reboot on the gate; null if no file says. */
    reboot: NonNullable<CheckConfig['reboot']> | null;
    accept: readonly AcceptedFinding[];
  };
}

/** One valid file, with the lines of the entries that later messages name. */
export interface ConfigFile {
  file: string;
  config: Config;
  policyLines: readonly number[];
  acceptLines: readonly number[];
}

/**
 * Merges the files. Lists are joined, the first file's entries first, because the first match wins. For a single value, a label and
 * check.roles (a wider list of roles would mean something else) the first file that has it decides.
 */
export function mergeConfig(files: readonly ConfigFile[]): EffectiveConfig {
  const first = <T>(pick: (config: Config) => T | undefined): T | undefined =>
    files.map(({ config }) => pick(config)).find((value) => value !== undefined);
  return {
    files: files.map(({ file }) => file),
    labels: Object.fromEntries(files.toReversed().flatMap(({ config }) => Object.entries(config.labels ?? {}))),
    scan: {
      ignore: files.flatMap(({ config }) => config.scan?.ignore ?? []),
      ignoreLiteral: files.flatMap(({ config }) => config.scan?.ignore_literal ?? []),
      defaultRules: first((config) => config.scan?.default_rules) ?? true,
      commandLine: first((config) => config.scan?.command_line) ?? 'program',
      fixes: first((config) => config.scan?.fixes) ?? false,
    },
    policy: files.flatMap(({ file, config, policyLines }) =>
      (config.policy ?? []).map((rule, index) => ({
        ...rule,
        file,
        line: policyLines[index] ?? 1,
      })),
    ),
    check: {
      roles: first((config) => config.check?.roles) ?? null,
      reboot: first((config) => config.check?.reboot) ?? null,
      accept: files.flatMap(({ file, config, acceptLines }) =>
        (config.check?.accept ?? []).map((entry, index) => ({
          ...entry,
          file,
          line: acceptLines[index] ?? 1,
        })),
      ),
    },
  };
}
