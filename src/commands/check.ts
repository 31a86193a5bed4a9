// lib-users check: whether a host is worse than it was, for CI and for monitoring.

import { string } from '@oclif/core/args';
import { BaseCommand, defaultFormat, type Formats, jsonFormats, resultFlags } from '../base-command.ts';
import type { EffectiveConfig } from '../config/effective.ts';
import type { Drift } from '../documents/generated/drift.ts';
import type { Report } from '../documents/generated/report.ts';
import { readDocument } from '../documents/read.ts';
import { assertOwnDocument } from '../documents/validate.ts';
import { type Judgement, judge, movesBaseline } from '../drift/judge.ts';
import type { LibUsersError } from '../errors.ts';
import { assertStdinOnce } from '../input.ts';
import { writeStdout } from '../output.ts';
import { jsonPieces } from '../render/json.ts';
import type { Thresholds } from '../render/nagios.ts';
import {
  checkFilters,
  checkOptions,
  gateFlags,
  hostFlags,
  nagiosThresholds,
  rebootCountsAs,
  scanFlagsOf,
} from './check-flags.ts';
import { baselineRemarks } from './check-remarks.ts';
import { runScan, whyIncomplete } from './run-scan.ts';
import { configFlags, loadFlaggedConfig, refuseScanFlags } from './scan-flags.ts';

interface Checked {
  report: Report;
  config: EffectiveConfig;
  judgement: Judgement;
  /** The judgement as the plugin has it: its default for a required reboot is another. */
  plugin: () => Judgement;
  thresholds: Thresholds;
}

function formatsOf(checked: () => Checked): Formats<Drift> {
  return {
    ...jsonFormats,
    text: async (_, style) => (await import('../render/drift-text.ts')).renderDriftText(checked().judgement, style),
    rows: async (drift) => (await import('../render/drift-rows.ts')).renderDriftRows(drift),
    junit: async () => (await import('../render/junit.ts')).renderJunit(checked().judgement, checked().report.scan),
    nagios: async () => (await runNagios(checked())).text,
    github: async () => (await import('../render/github.ts')).renderGithub(checked().judgement),
    openmetrics: async (drift) => {
      const { report, config } = checked();
      const { buildPlan } = await import('../plan/build.ts');
      const { renderOpenmetrics } = await import('../render/openmetrics.ts');
      return renderOpenmetrics(report, buildPlan(report, config.policy, drift.generated_at), drift);
    },
  };
}

async function runNagios({ plugin, report, thresholds }: Checked): Promise<{ text: string; exitCode: number }> {
  const { renderNagios } = await import('../render/nagios.ts');
  return renderNagios(plugin(), report, thresholds);
}

/** Why the gate cannot be judged for certain, or null. */
function whyUnknown({ seen, rebootGate }: Judgement, report: Report): string | null {
  if (!seen) return whyIncomplete(report) ?? 'the report leaves out processes';
  return rebootGate === 'unknown' ? 'it is not known whether a reboot is required' : null;
}

const exitCodes: Readonly<Record<Drift['verdict'], number>> = { pass: 0, incomplete: 4, drift: 5 };
const noResult = (): never => {
  throw new Error('there is no result yet');
};

export default class Check extends BaseCommand {
  static override id = 'check';
  static override summary = 'Whether a host is worse than it was: a gate for CI and monitoring.';
  static override description =
    'Judges a scan of this host, or a report, against a baseline. The exit code is 0 if the gate is open, 5 if something was found that --fail-on counts (or a reboot is required, with --reboot fail), and 4 if nothing was but not everything could be seen. With --format nagios it is that of a plugin: 0, 1, 2 or 3.';
  static override examples = [
    { description: 'Is anything stale?', command: '<%= config.bin %> check' },
    {
      description: 'Keep what is known as the baseline',
      command: '<%= config.bin %> check --fail-on never --write-baseline base.json',
    },
    { description: 'Is anything stale that was not?', command: '<%= config.bin %> check --baseline base.json' },
    { description: 'Did the restart help?', command: '<%= config.bin %> check after.json --baseline before.json' },
    {
      description: 'A plugin for Nagios',
      command: '<%= config.bin %> check --format nagios -w 0 -c 10 --critical-age 7d',
    },
  ];
  static override args = {
    file: string({
      description: 'A report, - for standard input; without it this host is scanned.',
      ignoreStdin: true,
    }),
  };
  static override flags = { ...gateFlags, ...hostFlags, ...configFlags, ...resultFlags(formatsOf(noResult)) };

  override async run(): Promise<void> {
    const { args, flags, raw } = await this.parse(Check);
    const writeBaseline = flags['write-baseline'] ?? null;
    this.begin(flags, formatsOf(noResult), writeBaseline === null ? [] : [writeBaseline]);
    const format = flags.json ? 'json' : (flags.format ?? (await defaultFormat(flags.output)));
    const thresholds = nagiosThresholds(flags);
    const filters = checkFilters(flags);
    assertStdinOnce([args.file, flags.baseline, ...(flags.config ?? [])]);
    refuseScanFlags(Object.keys(hostFlags), raw, args.file);
    const baseline = flags.baseline === undefined ? null : await readDocument(flags.baseline, 'report', 'drift');
    const { report, config } =
      args.file === undefined
        ? await runScan(scanFlagsOf(flags), this)
        : { report: await readDocument(args.file, 'report'), config: await loadFlaggedConfig(flags) };
    const { compileRebootJudge } = await import('../plan/build.ts');
    const reboot = compileRebootJudge(config.policy, flags['allow-unseen-users'])(report);
    const judgeFor = (format: string): Judgement => {
      const counts_as = rebootCountsAs(flags, config, format);
      return judge(report, baseline, checkOptions(flags, filters, config, { ...reboot, counts_as }, this.now));
    };
    const judgement = judgeFor(format);
    const plugin = () => (format === 'nagios' ? judgement : judgeFor('nagios'));
    const checked = { report, config, judgement, plugin, thresholds };
    const { drift } = judgement;

    for (const remark of baselineRemarks(judgement, writeBaseline)) this.warn(remark);
    const kept = writeBaseline !== null && movesBaseline(drift) ? writeBaseline : null;
    if (kept !== null) await assertOwnDocument('drift', judgement.baseline);
    await this.writeResult(
      {
        document: drift,
        schema: 'drift',
        formats: formatsOf(() => checked),
        // A closed gate wins over an unknown part of the host, and a plugin says by itself if it could not see everything.
        incomplete: format === 'nagios' || drift.verdict === 'drift' ? null : whyUnknown(judgement, report),
        alongside: kept === null ? [] : [{ path: kept, text: jsonPieces(judgement.baseline) }],
      },
      flags,
    );
    process.exitCode = format === 'nagios' ? (await runNagios(checked)).exitCode : exitCodes[drift.verdict];
  }

  /** A plugin says everything on standard output, and every error is UNKNOWN. */
  protected override async fail(error: LibUsersError, format: string): Promise<void> {
    if (format !== 'nagios') return super.fail(error, format);
    const { renderNagiosError, nagiosCodes } = await import('../render/nagios.ts');
    writeStdout(renderNagiosError(error));
    process.exitCode = nagiosCodes.UNKNOWN;
  }
}
