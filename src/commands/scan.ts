// lib-users scan: the processes of this host that still run on files that are gone.

import { BaseCommand, type Formats, jsonFormats, resultFlags, withOptions } from '../cli/base-command.ts';
import type { EffectiveConfig } from '../config/effective.ts';
import type { Report } from '../documents/generated/report.ts';
import { runScan, whyIncomplete } from './run-scan.ts';
import { scanFlags } from './scan-flags.ts';

/** The metrics count the actions of a plan, so they need the policy in force. */
interface RenderOptions {
  policy: EffectiveConfig['policy'];
}

const formats: Formats<Report, RenderOptions> = {
  ...jsonFormats,
  text: async (report, style) => (await import('../render/report/text.ts')).renderText(report, style),
  html: async (report) => (await import('../render/html/scan/page.ts')).renderScanPage(report),
  rows: async (report) => (await import('../render/report/rows.ts')).renderRows(report),
  lines: async (report) => (await import('../render/report/lines.ts')).renderLines(report),
  machine: async (report) => (await import('../render/report/machine.ts')).renderMachine(report),
  openmetrics: async (report, _, { policy }) => {
    const { buildPlan } = await import('../plan/build.ts');
    const { renderOpenmetrics } = await import('../render/openmetrics.ts');
    return renderOpenmetrics(report, buildPlan(report, policy, report.generated_at), null);
  },
};

export default class Scan extends BaseCommand {
  static override id = 'scan';
  static override summary = 'What this host still runs on files that are gone.';
  static override description =
    'Looks at every process for mapped and open files that were deleted or replaced, and names the systemd units that use them. The exit code is 0 with or without findings.';
  static override examples = [
    { description: 'Look at this host', command: '<%= config.bin %> scan' },
    { description: 'The affected units', command: "<%= config.bin %> scan --json | jq -r '.units[].name'" },
    {
      description: 'A report to keep, and text beside it',
      command: '<%= config.bin %> scan --output report.json --also text=report.txt',
    },
    {
      description: 'Only libraries, from within a container',
      command: '<%= config.bin %> scan --only maps --proc /host/proc',
    },
  ];
  static override flags = { ...scanFlags, ...resultFlags(formats) };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Scan);
    this.begin(flags, formats);
    const { report, config } = await runScan(flags, this);
    await this.writeResult(
      {
        document: report,
        schema: 'report',
        formats: withOptions(formats, { policy: config.policy }),
        incomplete: whyIncomplete(report),
        // Arguments hold passwords.
        confidential: report.scan.command_line === 'full',
      },
      flags,
    );
  }
}
