// lib-users check: whether a host is worse than it was, for CI and for monitoring.

import { string } from '@oclif/core/args';
import { BaseCommand, type Formats, jsonFormats, resultFlags, resultFormat, withOptions } from '../cli/base-command.ts';
import type { EffectiveConfig } from '../config/effective.ts';
import { rebootGate, rebootOf } from '../documents/drift-gate.ts';
import type { Drift } from '../documents/generated/drift.ts';
import type { Report } from '../documents/generated/report.ts';
import { readDocument } from '../documents/read.ts';
import { assertOwnDocument } from '../documents/validate.ts';
import { judge, movesBaseline } from '../drift/judge.ts';
import { LibUsersError } from '../errors.ts';
import { verdictExitCodes } from '../exit-codes.ts';
import { assertStdinOnce } from '../input.ts';
import { type Output, writeStdout } from '../output.ts';
import type { Thresholds } from '../render/drift/nagios.ts';
import { undecidedText } from '../render/drift/pending.ts';
import { jsonPieces } from '../render/json.ts';
import {
  type CheckFlags,
  checkFilters,
  checkOptions,
  gateFlags,
  hostFlags,
  nagiosThresholds,
  rebootCountsAs,
  refuseJudgingFlags,
  refuseWithoutFixes,
  scanFlagsOf,
} from './check-flags.ts';
import { driftRemarks } from './check-remarks.ts';
import { runScan, type ScanContext, whyIncomplete } from './run-scan.ts';
import { configFlags, loadFlaggedConfig, refuseScanFlags } from './scan-flags.ts';

/** The report that was judged, and the configuration in force. */
interface Source {
  report: Report;
  config: EffectiveConfig;
}

interface RenderOptions {
  thresholds: Thresholds;
  /** null if the judgement was read from a file. */
  source: Source | null;
}

const formats: Formats<Drift, RenderOptions> = {
  ...jsonFormats,
  text: async (drift, style) => (await import('../render/drift/text.ts')).renderDriftText(drift, style),
  html: async (drift) => (await import('../render/html/check.ts')).renderCheckPage(drift),
  rows: async (drift) => (await import('../render/drift/rows.ts')).renderDriftRows(drift),
  junit: async (drift) => (await import('../render/drift/junit.ts')).renderJunit(drift),
  nagios: async (drift, _, { thresholds }) =>
    (await import('../render/drift/nagios.ts')).renderNagios(drift, thresholds),
  github: async (drift) => (await import('../render/drift/github.ts')).renderGithub(drift),
  // Metrics are about the whole report.
  openmetrics: async (drift, _, { source }) => {
    if (source === null) {
      const message = 'openmetrics wants the report, and a judgement that was saved does not have it';
      throw new LibUsersError('usage', message, 'give the report that was judged');
    }
    const { buildPlan } = await import('../plan/build.ts');
    const { renderOpenmetrics } = await import('../render/openmetrics.ts');
    const plan = buildPlan(source.report, source.config.policy, drift.generated_at);
    return renderOpenmetrics(source.report, plan, drift);
  },
};

interface Judged {
  drift: Drift;
  source: Source | null;
  /** The document that --write-baseline keeps; null if the judgement was read from a file. */
  baseline: Drift | null;
}

/** Judges the report, or a scan of this host. */
async function judgeNow(
  given: Report | null,
  flags: CheckFlags,
  format: string,
  context: ScanContext,
): Promise<Judged> {
  const filters = checkFilters(flags);
  const before = flags.baseline === undefined ? null : await readDocument(flags.baseline, 'report', 'drift');
  const source =
    given === null
      ? await runScan(scanFlagsOf(flags), context)
      : { report: given, config: await loadFlaggedConfig(flags) };
  const { report, config } = source;
  const { compileRebootJudge } = await import('../plan/build.ts');
  const reboot = {
    ...compileRebootJudge(config.policy, flags['allow-unseen-users'])(report),
    ...rebootCountsAs(flags, config, format),
  };
  const judgement = judge(report, before, checkOptions(flags, filters, config, reboot, context.now));
  return { drift: judgement.drift, source, baseline: judgement.baseline };
}

/** Says why --require-complete fails, whatever the judgement allowed; null if it does not. */
function whyNotComplete(drift: Drift, source: Source | null): string | null {
  if (!drift.report.complete) {
    if (source === null) return 'the report that was judged did not see everything';
    return whyIncomplete(source.report) ?? 'the report leaves out processes';
  }
  if (rebootGate(rebootOf(drift)) === 'unknown') return 'it is not known whether a reboot is required';
  return undecidedText(drift);
}

export default class Check extends BaseCommand {
  static override id = 'check';
  static override summary = 'Whether a host is worse than it was: a gate for CI and monitoring.';
  static override description =
    'Judges a scan of this host, or a report, against a baseline; or prints a judgement that was saved (a drift document) in another format, with the exit code that it had. The exit code is 0 if the gate is open, 5 if something was found that --fail-on counts (or a reboot is required, with --reboot fail), and 4 if nothing was but not everything could be seen, or fixes are not known that --fixes-only asks for. With --format nagios it is that of a plugin: 0, 1, 2 or 3.';
  static override examples = [
    { description: 'Is anything stale?', command: '<%= config.bin %> check' },
    {
      description: 'Keep what is known as the baseline',
      command: '<%= config.bin %> check --fail-on never --write-baseline base.json',
    },
    { description: 'Is anything stale that was not?', command: '<%= config.bin %> check --baseline base.json' },
    {
      description: 'Are security fixes on disk and not in memory?',
      command: '<%= config.bin %> check --fixes-only',
    },
    { description: 'Did the restart help?', command: '<%= config.bin %> check after.json --baseline before.json' },
    {
      description: 'A judgement that was saved, as test cases',
      command: '<%= config.bin %> check drift.json --format junit',
    },
    {
      description: 'A plugin for Nagios',
      command: '<%= config.bin %> check --format nagios -w 0 -c 10 --critical-age 7d',
    },
  ];
  static override args = {
    file: string({
      description: 'A report or a saved drift document, - for standard input; without it this host is scanned.',
      ignoreStdin: true,
    }),
  };
  static override flags = { ...gateFlags, ...hostFlags, ...configFlags, ...resultFlags(formats) };

  override async run(): Promise<void> {
    const { args, flags, raw } = await this.parse(Check);
    const writeBaseline = flags['write-baseline'] ?? null;
    this.begin(flags, formats, writeBaseline === null ? [] : [writeBaseline]);
    const format = await resultFormat(flags);
    const thresholds = nagiosThresholds(flags);
    assertStdinOnce([args.file, flags.baseline, ...(flags.config ?? [])]);
    refuseScanFlags(Object.keys(hostFlags), raw, args.file);

    const input = args.file === undefined ? null : await readDocument(args.file, 'report', 'drift');
    const isSaved = input?.kind === 'lib-users/drift';
    if (isSaved) refuseJudgingFlags(raw, args.file!);
    if (input !== null) refuseWithoutFixes(flags, input, args.file!);
    const { drift, source, baseline } = isSaved
      ? { drift: input, source: null, baseline: null }
      : await judgeNow(input, flags, format, this);
    const alongside: Output[] = [];
    if (writeBaseline !== null && baseline !== null && movesBaseline(drift)) {
      await assertOwnDocument('drift', baseline);
      alongside.push({ path: writeBaseline, text: jsonPieces(baseline) });
    }

    for (const remark of driftRemarks(drift, writeBaseline)) this.warn(remark);
    const result = {
      document: drift,
      schema: 'drift' as const,
      formats: withOptions(formats, { thresholds, source }),
      // A closed gate wins over an unknown part of the host, and a plugin says by itself if it could not see everything.
      incomplete: format === 'nagios' || drift.verdict === 'drift' ? null : whyNotComplete(drift, source),
      alongside,
    };
    // The exit code is that of the plugin (render/drift/nagios.ts) with --format nagios, else that of the verdict.
    process.exitCode = (await this.writeResult(result, flags)) ?? verdictExitCodes[drift.verdict];
  }

  /** A plugin says everything on standard output, and every error is UNKNOWN. */
  protected override async fail(error: LibUsersError, format: string): Promise<void> {
    if (format !== 'nagios') return super.fail(error, format);
    const { renderNagiosError, nagiosCodes } = await import('../render/drift/nagios.ts');
    writeStdout(renderNagiosError(error));
    process.exitCode = nagiosCodes.UNKNOWN;
  }
}
