// lib-users schema: the JSON Schemas of the documents, as they were built in.

import { string } from '@oclif/core/args';
import { BaseCommand, type Formats, jsonFormats, type ResultFlags, resultFlags } from '../cli/base-command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { schemaNames, schemas } from '../documents/generated/schemas.ts';
import { LibUsersError } from '../errors.ts';
import { jsonPieces } from '../render/json.ts';

// A schema is JSON on a terminal too.
const formats: Formats<object> = { ...jsonFormats, text: jsonPieces };

export default class Schema extends BaseCommand {
  static override id = 'schema';
  static override summary = 'Print the JSON Schema of a document, or the names of all.';
  static override examples = [
    { description: 'The names', command: '<%= config.bin %> schema' },
    { description: 'The schema of a report', command: '<%= config.bin %> schema report > report.schema.json' },
  ];
  static override args = { name: string({ description: `One of ${schemaNames.join(', ')}.`, ignoreStdin: true }) };
  static override flags = resultFlags(formats);

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Schema);
    this.begin(flags, formats);
    if (args.name === undefined) return this.list(flags);
    const name = schemaNames.find((each) => each === args.name);
    if (name === undefined) {
      throw new LibUsersError('usage', `unknown schema ${args.name}`, didYouMean(args.name, schemaNames));
    }
    await this.writeResult({ document: schemas[name], schema: null, formats, incomplete: null }, flags);
  }

  private async list(flags: ResultFlags): Promise<void> {
    const names = { ...formats, text: () => schemaNames.map((name) => `${name}\n`).join('') };
    await this.writeResult({ document: [...schemaNames], schema: null, formats: names, incomplete: null }, flags);
  }
}
