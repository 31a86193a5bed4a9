// lib-users validate: a document against the schema that its kind names.

import { string } from '@oclif/core/args';
import { BaseCommand, type Formats, jsonFormats, resultFlags } from '../cli/base-command.ts';
import { isLaterMinor } from '../documents/newer-version.ts';
import { kindOf, parseJson } from '../documents/read.ts';
import { validateDocument } from '../documents/validate.ts';
import { LibUsersError } from '../errors.ts';
import { invalidExitCode } from '../exit-codes.ts';
import { readInput, sourceName } from '../input.ts';
import { sanitize } from '../render/sanitize.ts';

interface Validity {
  file: string;
  valid: true;
  kind: string;
  schema_version: string;
}

const formats: Formats<Validity> = {
  ...jsonFormats,
  text: ({ file, kind, schema_version }) => `${sanitize(file)}: valid ${kind} ${schema_version}\n`,
};

export default class Validate extends BaseCommand {
  static override id = 'validate';
  static override summary = 'Check a document against its schema.';
  static override description =
    'The exit code is 0 if the document is valid, 5 if it is not, and 2 if it cannot be read or is no document of lib-users.';
  static override examples = [
    { description: 'A report', command: '<%= config.bin %> validate report.json' },
    {
      description: 'The output of another command',
      command: '<%= config.bin %> scan --json | <%= config.bin %> validate -',
    },
  ];
  static override args = {
    file: string({ required: true, description: 'The document; - is standard input.', ignoreStdin: true }),
  };
  static override flags = resultFlags(formats);

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Validate);
    this.begin(flags, formats);
    const name = sourceName(args.file);
    const content = parseJson(readInput(args.file), name);
    const kind = kindOf(content, name);
    const violation = await validateDocument(kind, content);
    if (violation) {
      const message = `${name} is no valid lib-users/${kind}: ${violation.where} ${violation.message}`;
      // For this command an invalid document is the answer "no" (5), and not wrong usage (2).
      const later = isLaterMinor(kind, content);
      const hint = later ? 'it is of a later version: update lib-users' : `see lib-users schema ${kind}`;
      throw new LibUsersError('invalid_document', message, hint, invalidExitCode);
    }
    const { schema_version } = content as { schema_version: string };
    const document: Validity = { file: name, valid: true, kind: `lib-users/${kind}`, schema_version };
    await this.writeResult({ document, schema: null, formats, incomplete: null }, flags);
  }
}
