// lib-users plan: what must be done about the findings, from a report or from a scan of its own.

import { string } from '@oclif/core/args';
import { string as stringFlag } from '@oclif/core/flags';
import { BaseCommand, type Formats, jsonFormats, resultFlags } from '../cli/base-command.ts';
import type { Plan } from '../documents/generated/plan.ts';
import { readDocument } from '../documents/read.ts';
import { formatTime } from '../documents/time.ts';
import { assertStdinOnce } from '../input.ts';
import { buildPlan } from '../plan/build.ts';
import { actionNames, compileSelection } from '../plan/selection.ts';
import { runScan, whyIncomplete } from './run-scan.ts';
import { checkUnitGlobs, configFlags, loadFlaggedConfig, refuseScanFlags, scanFlags } from './scan-flags.ts';

const formats: Formats<Plan> = {
  ...jsonFormats,
  text: async (plan, style) => (await import('../render/plan/text.ts')).renderPlanText(plan, style),
  html: async (plan) => (await import('../render/html/plan.ts')).renderPlanPage(plan),
};

/** The flags of a scan that also make sense for a report from a file. */
const planFlags: ReadonlySet<string> = new Set(['unit', ...Object.keys(configFlags)]);
/** A plan counts no hints. */
const { possible: _, ...ownScanFlags } = scanFlags;
const scanOnly = Object.keys(ownScanFlags).filter((name) => !planFlags.has(name));

export default class PlanCommand extends BaseCommand {
  static override id = 'plan';
  static override summary = 'What to restart, reload, re-execute or reboot, each with its reason.';
  static override description =
    'Makes a plan from a report, on any machine, or from a scan of this host. It does nothing itself: a playbook or a person follows it. The exit code is 0 whatever is to be done.';
  static override examples = [
    { description: 'A checklist for this host', command: '<%= config.bin %> plan --format text' },
    { description: 'From a report of another host', command: '<%= config.bin %> plan web-1.json' },
    {
      description: 'The commands, quoted for a shell',
      command: "<%= config.bin %> plan --json | jq -r '.actions[] | select(.argv) | .argv | @sh'",
    },
    {
      description: 'Only what a person has to do',
      command: '<%= config.bin %> plan --action manual --action reboot',
    },
  ];
  static override args = {
    file: string({
      description: 'A report, - for standard input; without it this host is scanned.',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    action: stringFlag({
      options: [...actionNames],
      helpValue: 'ACTION',
      multiple: true,
      multipleNonGreedy: true,
      description: 'Show only these actions.',
    }),
    ...ownScanFlags,
    unit: stringFlag({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'GLOB',
      description: 'Plan only for units whose name matches, or that have this alias.',
    }),
    ...resultFlags(formats),
  };

  override async run(): Promise<void> {
    const { args, flags, raw } = await this.parse(PlanCommand);
    this.begin(flags, formats);
    const selection = compileSelection(checkUnitGlobs(flags.unit), flags.action ?? []);
    refuseScanFlags(scanOnly, raw, args.file);
    assertStdinOnce([args.file, ...(flags.config ?? [])]);
    const { report, config } =
      args.file === undefined
        ? await runScan({ ...flags, possible: false }, this)
        : { report: await readDocument(args.file, 'report'), config: await loadFlaggedConfig(flags) };
    const plan = buildPlan(report, config.policy, formatTime(this.now.getTime()), selection);
    const partly = 'the plan was narrowed, or the report leaves out processes in no unit';
    const seen = plan.complete && plan.unseen_users?.length === 0;
    const incomplete = seen ? null : (whyIncomplete(report) ?? partly);
    await this.writeResult({ document: plan, schema: 'plan', formats, incomplete }, flags);
  }
}
