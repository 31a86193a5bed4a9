// lib-users rules: the false-positive rules and the policy in force, with the reason of each.

import { boolean } from '@oclif/core/flags';
import { BaseCommand, type Formats, jsonFormats, resultFlags } from '../cli/base-command.ts';
import { fixedRules, type HideRule, ignoreRules, shippedHideRules } from '../deleted/hide-rules.ts';
import { listPolicy, type PolicyEntry } from '../policy/in-force.ts';
import { sanitize } from '../render/sanitize.ts';
import { nameRules } from '../stable-names.ts';
import { configFlags, loadFlaggedConfig } from './scan-flags.ts';

interface RuleEntry {
  id: string;
  patterns: readonly string[];
  via: readonly string[];
  reason: string;
  source: string;
}
interface NameEntry {
  id: string;
  on: string;
  /** A regular expression of JavaScript. */
  pattern: string;
  replacement: string;
  reason: string;
}
interface RulesInForce {
  /** In the order in which the rules are tried; the first that matches hides the file. */
  rules: RuleEntry[];
  /** In the order in which the rules are tried; the first that matches decides. */
  policy: PolicyEntry[];
  /** The parts of names that the ids of check and the labels of metrics leave out. Each rule is applied to the result of the one before. */
  names: NameEntry[];
  /** The files that the configuration was read from. */
  config_files: readonly string[];
}

const formats: Formats<RulesInForce> = { ...jsonFormats, text: renderText };

function renderText({ rules, policy, names }: RulesInForce): string {
  const entries = [
    ...rules.map(({ id, patterns, via, reason, source }) => [
      id,
      ...patterns,
      `${via.join(' and ')}: ${reason}`,
      source,
    ]),
    ...policy.map(({ id, units, paths, action, signal, reason, source }) => [
      id,
      ...units,
      ...paths,
      `${[action, ...(signal === null ? [] : [signal])].join(' ')}: ${reason}`,
      source,
    ]),
    ...names.map(({ id, on, pattern, replacement, reason }) => [
      id,
      `${on} ${pattern}`,
      `as ${replacement}: ${reason}`,
    ]),
  ];
  return entries.map((lines) => `${lines.map(sanitize).join('\n  ')}\n`).join('\n');
}

export default class Rules extends BaseCommand {
  static override id = 'rules';
  static override summary = 'The false-positive rules and the policy in force, with the reason of each.';
  static override examples = [
    { description: 'What a scan would not report, and why', command: '<%= config.bin %> rules' },
    { description: 'What a plan never restarts, and why', command: "<%= config.bin %> rules --json | jq '.policy[]'" },
    { description: 'As data', command: "<%= config.bin %> rules --json | jq -r '.rules[].id'" },
  ];
  static override flags = {
    'no-default-rules': boolean({ description: 'Without the shipped false-positive rules, as in scan.' }),
    ...configFlags,
    ...resultFlags(formats),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Rules);
    this.begin(flags, formats);
    const config = await loadFlaggedConfig(flags);
    const useShipped = !flags['no-default-rules'] && config.scan.defaultRules;
    const inForce: HideRule[] = [
      ...ignoreRules(config.scan.ignore, config.scan.ignoreLiteral),
      ...(useShipped ? shippedHideRules : []),
      ...Object.values(fixedRules),
    ];
    const rules = inForce.map(({ id, patterns, via, reason, source }) => ({ id, patterns, via, reason, source }));
    const names = nameRules.map(({ pattern, ...rule }) => ({ ...rule, pattern: String(pattern) }));
    const document = { rules, policy: listPolicy(config.policy), names, config_files: config.files };
    await this.writeResult({ document, schema: null, formats, incomplete: null }, flags);
  }
}
