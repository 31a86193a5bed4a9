// lib-users fleet: the reports of many hosts in one document.

import { string } from '@oclif/core/args';
import { BaseCommand, type Formats, jsonFormats, resultFlags } from '../base-command.ts';
import type { Fleet as FleetDocument } from '../documents/generated/fleet.ts';
import { readReports } from '../documents/read-reports.ts';
import { LibUsersError } from '../errors.ts';
import { FleetFold } from '../fleet/fold.ts';
import { assertStdinOnce } from '../input.ts';
import { count, enumerate } from '../render/format.ts';

const formats: Formats<FleetDocument> = {
  ...jsonFormats,
  text: async (fleet, style) => (await import('../render/fleet-text.ts')).renderFleetText(fleet, style),
  rows: async (fleet) => (await import('../render/fleet-rows.ts')).renderFleetRows(fleet),
};

export default class Fleet extends BaseCommand {
  static override id = 'fleet';
  static override summary = 'Which files are gone on how many hosts: many reports in one document.';
  static override description =
    'Reads reports from files, folders (with all below them) and standard input, indented or one a line. Of every host the newest counts. What cannot be read is listed with its reason; only where nothing could be read the exit code is 2.';
  static override examples = [
    { description: 'All reports of a folder', command: '<%= config.bin %> fleet reports/' },
    { description: 'Reports that a tool streams', command: 'cat reports/*.ndjson | <%= config.bin %> fleet -' },
  ];
  static override strict = false;
  static override args = {
    inputs: string({ required: true, description: 'Files and folders; - is standard input.', ignoreStdin: true }),
  };
  static override flags = resultFlags(formats);

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(Fleet);
    this.begin(flags, formats);
    const sources = argv as string[];
    assertStdinOnce(sources);
    const document = await foldReports(sources, this.now);
    if (document.hosts.length === 0) throw nothingRead(document);
    const { unreadable_inputs: refused } = document.summary;
    if (refused > 0) this.warn(`${count(refused, 'input')} could not be read: see unreadable_inputs`);
    await this.writeResult({ document, schema: 'fleet', formats, incomplete: whyIncomplete(document) }, flags);
  }
}

/** A function of its own, so that the fold can be forgotten before the result is rendered. */
async function foldReports(sources: readonly string[], now: Date): Promise<FleetDocument> {
  const fold = new FleetFold();
  for await (const input of readReports(sources)) {
    if (input.report !== null) fold.add(input.report, input.source);
    else fold.refuse(input.file, input.refused);
  }
  return fold.build(now);
}

function nothingRead({ unreadable_inputs: [first], summary }: FleetDocument): LibUsersError {
  if (first === undefined) return new LibUsersError('input_unreadable', 'there is no report in these inputs');
  const more = summary.unreadable_inputs - 1;
  const rest = more === 0 ? '' : `; nor could ${count(more, 'other input')}`;
  return new LibUsersError(first.code, `${first.source} could not be read: ${first.message}${rest}`);
}

function whyIncomplete({ summary }: FleetDocument): string | null {
  const { incomplete, unreadable_inputs } = summary;
  if (incomplete + unreadable_inputs === 0) return null;
  return enumerate([
    ...(incomplete > 0 ? [`${count(incomplete, 'host')} could not be seen completely`] : []),
    ...(unreadable_inputs > 0 ? [`${count(unreadable_inputs, 'input')} could not be read`] : []),
  ]);
}
