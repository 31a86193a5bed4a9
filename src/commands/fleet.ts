// lib-users fleet: the reports of many hosts in one document.

import { string } from '@oclif/core/args';
import { BaseCommand, type Formats, jsonFormats, resultFlags } from '../cli/base-command.ts';
import type { EffectiveConfig } from '../config/effective.ts';
import { isWhole } from '../documents/coverage.ts';
import type { Fleet as FleetDocument } from '../documents/generated/fleet.ts';
import type { Report } from '../documents/generated/report.ts';
import { readReports } from '../documents/read-reports.ts';
import { compileStale } from '../drift/stale.ts';
import { LibUsersError } from '../errors.ts';
import { parseExpected } from '../fleet/expected.ts';
import { type Assessment, FleetFold } from '../fleet/fold.ts';
import type { FleetGate } from '../fleet/gate.ts';
import { assertStdinOnce, readInput, sourceName } from '../input.ts';
import { compileRebootJudge } from '../plan/build.ts';
import { count, enumerate } from '../render/format.ts';
import { cveFlag, expectFlag, fleetExitCode, fleetGate, fleetGateFlags, parseCve } from './fleet-flags.ts';
import { configFlags, loadFlaggedConfig } from './scan-flags.ts';

const formats: Formats<FleetDocument> = {
  ...jsonFormats,
  text: async (fleet, style) => (await import('../render/fleet/text.ts')).renderFleetText(fleet, style),
  html: async (fleet) => (await import('../render/html/fleet/page.ts')).renderFleetPage(fleet),
  rows: async (fleet) => (await import('../render/fleet/rows.ts')).renderFleetRows(fleet),
  junit: async (fleet) => (await import('../render/fleet/junit.ts')).renderFleetJunit(fleet),
  openmetrics: async (fleet) => (await import('../render/fleet/openmetrics.ts')).renderFleetOpenmetrics(fleet),
};

export default class Fleet extends BaseCommand {
  static override id = 'fleet';
  static override summary = 'Which files are gone on how many hosts: many reports in one document.';
  static override description =
    'Reads reports from files, folders (with all below them) and standard input, indented or one a line. The newest report of each host counts. Inputs that cannot be read are listed, each with the reason; if nothing could be read the exit code is 2. With --fail-on it is a gate: the exit code is 5 if a host has what closes it, 4 if none has but not everything could be seen or read (5 with --fail-on incomplete), else 0. With --cve it says which hosts lack one security fix in memory, with the same exit codes. What a host needs is judged as plan and check judge its report, by the configuration of this machine.';
  static override examples = [
    { description: 'All reports of a folder', command: '<%= config.bin %> fleet reports/' },
    {
      description: 'Does any host run on old code, or need a reboot?',
      command: '<%= config.bin %> fleet reports/ --fail-on any,reboot',
    },
    {
      description: 'One test case a host',
      command: '<%= config.bin %> fleet reports/ --format junit --output fleet.xml',
    },
    {
      description: 'Does a host still run code without this fix, although it is on disk?',
      command: '<%= config.bin %> fleet reports/ --cve CVE-2026-32776',
    },
    {
      description: 'A page to open in a browser, with the hosts that should have reported',
      command: '<%= config.bin %> fleet reports/ --expect hosts.txt --format html --output fleet.html',
    },
    { description: 'Reports that a tool streams', command: 'cat reports/*.ndjson | <%= config.bin %> fleet -' },
  ];
  static override strict = false;
  static override args = {
    inputs: string({ required: true, description: 'Files and folders; - is standard input.', ignoreStdin: true }),
  };
  static override flags = { ...cveFlag, ...fleetGateFlags, ...expectFlag, ...configFlags, ...resultFlags(formats) };

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(Fleet);
    this.begin(flags, formats);
    const sources = argv as string[];
    assertStdinOnce([...sources, flags.expect, ...(flags.config ?? [])]);
    const expected =
      flags.expect === undefined ? null : parseExpected(readInput(flags.expect), sourceName(flags.expect));
    const cve = parseCve(flags);
    // --cve is a gate of its own.
    const gate: FleetGate = cve === null ? fleetGate(flags) : { failOn: [], allowIncomplete: false };
    const assess = compileAssessment(await loadFlaggedConfig(flags), this.now);
    const document = await foldReports(sources, { assess, gate, cve, expected, now: this.now });
    if (document.hosts.length === 0) throw nothingRead(document);
    const { unreadable_inputs: refused } = document.summary;
    if (refused > 0) this.warn(`${count(refused, 'input')} could not be read: see unreadable_inputs`);
    // A finding wins over an unknown.
    const isFound = (document.cve?.verdict ?? document.verdict) === 'drift';
    const incomplete = isFound ? null : whyIncomplete(document);
    await this.writeResult({ document, schema: 'fleet', formats, incomplete }, flags);
    process.exitCode = fleetExitCode(document);
  }
}

interface FoldOptions {
  assess: (report: Report) => Assessment;
  gate: FleetGate;
  cve: string | null;
  expected: readonly string[] | null;
  now: Date;
}

/** This is a function of its own, so that the fold can be freed before the result is rendered. */
async function foldReports(
  sources: readonly string[],
  { assess, gate, cve, expected, now }: FoldOptions,
): Promise<FleetDocument> {
  const fold = new FleetFold();
  for await (const input of readReports(sources)) {
    if (input.report !== null) fold.add(input.report, input.source, assess(input.report));
    else fold.refuse(input.file, input.refused);
  }
  return fold.build(now, gate, cve, expected);
}

/** Judges each report as plan and check do. */
function compileAssessment({ policy, check }: EffectiveConfig, now: Date): (report: Report) => Assessment {
  const rebootOf = compileRebootJudge(policy);
  const staleOf = compileStale({ units: [], roles: check.roles ?? null, kinds: [] }, check.accept, now);
  return (report) => ({ reboot: rebootOf(report), stale: staleOf(report), whole: isWhole(report) });
}

function nothingRead({ unreadable_inputs: [first], summary }: FleetDocument): LibUsersError {
  if (first === undefined) return new LibUsersError('input_unreadable', 'there is no report in these inputs');
  const more = summary.unreadable_inputs - 1;
  const rest = more === 0 ? '' : `; nor could ${count(more, 'other input')}`;
  return new LibUsersError(first.code, `${sourceName(first.source)} could not be read: ${first.message}${rest}`);
}

function whyIncomplete({ summary, verdict, hosts, never_reported }: FleetDocument): string | null {
  const { incomplete, unreadable_inputs } = summary;
  const silent = never_reported?.length ?? 0;
  if (incomplete + unreadable_inputs + silent === 0) {
    const unjudged = hosts.filter((host) => host.verdict === 'incomplete').length;
    return verdict === 'incomplete' ? `not enough is known of ${count(unjudged, 'host')} to judge` : null;
  }
  return enumerate([
    ...(incomplete > 0 ? [`${count(incomplete, 'host')} could not be seen completely`] : []),
    ...(unreadable_inputs > 0 ? [`${count(unreadable_inputs, 'input')} could not be read`] : []),
    ...(silent > 0 ? [`${count(silent, 'expected host')} never reported`] : []),
  ]);
}
