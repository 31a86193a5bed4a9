// The one subclass of oclif's Command: formats, streams, errors to exit codes, documents validated before they are
// written. It closes oclif's traps: under --json oclif prints errors on stdout, swallows warnings and loses exit codes.

import { Command } from '@oclif/core/command';
import { boolean, string } from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import { asLibUsersError, buildErrorDocument } from '../documents/error.ts';
import type { SchemaName } from '../documents/generated/schemas.ts';
import { assertOwnDocument } from '../documents/validate.ts';
import { LibUsersError } from '../errors.ts';
import { type Output, type Text, targetName, writeOutputs, writeStderr } from '../output.ts';
import { jsonPieces, ndjsonPieces, renderNdjson } from '../render/json.ts';
import type { Style } from '../render/layout.ts';
import { sanitize } from '../render/sanitize.ts';
import { parseErrorToUsage } from './oclif-errors.ts';
import { chosenFormat, isJsonFormat } from './requested-format.ts';
import { isTerminal, textStyle } from './terminal.ts';

/** The text of a document, and the exit code if the format decides that too, as a plugin's does. */
export type Rendered = Text | { text: Text; exitCode: number };

/** `options` holds the settings of a format that no document has, such as the thresholds of a plugin. */
export type Renderer<D, O = unknown> = (document: D, style: Style, options: O) => Rendered | Promise<Rendered>;

/** The formats in which a command can print its document, by the name that --format takes. */
export type Formats<D, O = unknown> = Readonly<Record<string, Renderer<D, O>>>;

/** The same formats, each with the options of this run. */
export function withOptions<D, O>(formats: Formats<D, O>, options: O): Formats<D> {
  const bound = Object.entries(formats).map(([name, render]): [string, Renderer<D>] => [
    name,
    (document, style) => render(document, style, options),
  ]);
  return Object.fromEntries(bound);
}

export const jsonFormats: Formats<object> = { json: jsonPieces, ndjson: ndjsonPieces };

/** The flags of every command that writes a result in one of `formats`. */
export function resultFlags(formats: Formats<never, never>) {
  const helpGroup = 'OUTPUT';
  return {
    format: string({
      options: Object.keys(formats),
      helpValue: 'FORMAT',
      description: `How to print the result: ${Object.keys(formats).join(', ')}. Default: text on a terminal, json elsewhere and with --output.`,
      helpGroup,
    }),
    json: boolean({ description: 'Short for --format json.', exclusive: ['format'], helpGroup }),
    output: string({
      helpValue: 'FILE',
      description: 'Write the result to FILE, atomically, instead of standard output.',
      helpGroup,
    }),
    also: string({
      helpValue: 'FORMAT=FILE',
      multiple: true,
      multipleNonGreedy: true,
      description: 'Write the same result to FILE as well, in another format.',
      helpGroup,
    }),
    quiet: boolean({ description: 'No warnings and no progress on standard error.', helpGroup }),
    'require-complete': boolean({
      description: 'Fail with exit code 4, and print no result, if not everything could be seen.',
      helpGroup,
    }),
  };
}

/** The values that parsing gives for the definitions of some flags. */
export type FlagsOf<T> = T extends FlagInput<infer Flags> ? Flags : never;

export type ResultFlags = FlagsOf<ReturnType<typeof resultFlags>>;

export interface Result<D extends object> {
  document: D;
  /** The schema that the document must meet; null if it has none. */
  schema: SchemaName | null;
  formats: Formats<D>;
  /** Says what was not seen; null if everything was. With --require-complete an incomplete result is not written. */
  incomplete: string | null;
  /** Whether the result holds facts that the host's users hide from each other. If so, only the owner may read a new output file. */
  confidential?: boolean;
  /** Other files that are written with the result, or not at all. */
  alongside?: readonly Output[];
}

export abstract class BaseCommand extends Command {
  readonly now = new Date();
  /** --quiet: neither warnings nor progress. Set by begin(). */
  quiet = false;
  private copies: readonly { format: string; path: string }[] = [];

  /** Runs the command. oclif's static run() would load a Config from disk first. */
  execute(): Promise<void> {
    return this._run();
  }

  /**
   * Checks the flags about the output before any work is done. run() calls it right after parse().
   * @param alongside the outputs that are written beside the result
   */
  protected begin(flags: ResultFlags, formats: Formats<never, never>, alongside: readonly string[] = []): void {
    this.quiet = flags.quiet;
    this.copies = (flags.also ?? []).map((also) => parseAlso(also, formats));
    const named = [flags.output ?? '-', ...this.copies.map(({ path }) => path), ...alongside];
    if (named.includes('')) throw new LibUsersError('usage', 'the name of a file to write is empty', 'name a file');
    const paths = named.map(targetName);
    const twice = paths.find((path, index) => paths.indexOf(path) < index);
    if (twice === undefined) return;
    throw new LibUsersError('usage', `${twice} would be written twice`, 'give each result a file of its own');
  }

  /**
   * Renders and writes a result as the flags say. Nothing is written unless everything can be written.
   * @returns the exit code that the format of the result decides, or null; a copy (--also) decides none
   */
  protected async writeResult<D extends object>(result: Result<D>, flags: ResultFlags): Promise<number | null> {
    const { document, schema, formats, incomplete } = result;
    if (flags['require-complete'] && incomplete !== null) {
      throw new LibUsersError('incomplete', incomplete, 'leave out --require-complete to get the result all the same');
    }
    if (schema !== null) await assertOwnDocument(schema, document);
    const main = { format: await resultFormat(flags), path: flags.output ?? null };
    const outputs: Output[] = [...(result.alongside ?? [])];
    let exitCode: number | null = null;
    for (const target of [main, ...this.copies]) {
      const style = await textStyle(target.path === null && (await isTerminal(1)));
      const rendered = await formats[target.format]!(document, style, null);
      const { text, exitCode: decided } = isPlain(rendered) ? { text: rendered, exitCode: null } : rendered;
      if (target === main) exitCode = decided;
      outputs.push({ path: target.path, text, mode: result.confidential ? 0o600 : 0o666 });
    }
    writeOutputs(outputs);
    return exitCode;
  }

  /** Prints a warning on stderr, whatever the format, unless --quiet. */
  override warn<T extends string | Error>(input: T): T {
    if (!this.quiet) writeStderr(`lib-users: warning: ${sanitize(input instanceof Error ? input.message : input)}\n`);
    return input;
  }

  /** Says what went wrong, in the format that was asked for, and sets the exit code. */
  protected async fail(error: LibUsersError, format: string): Promise<void> {
    writeError(error, format, this.now);
    process.exitCode = error.exitCode;
  }

  // oclif's own init() sets globals and lets a debug logger print the arguments.
  protected override async init(): Promise<void> {}

  protected override async catch(thrown: Error): Promise<void> {
    // Without this oclif warns that a command that failed to parse its arguments did not parse them.
    this.parsed = true;
    const error = parseErrorToUsage(thrown, this.ctor) ?? asLibUsersError(thrown);
    await this.fail(error, chosenFormat(this.argv) ?? (await defaultFormat(undefined)));
  }
}

function isPlain(rendered: Rendered): rendered is Text {
  return typeof rendered === 'string' || !('exitCode' in rendered);
}

/** The format of the result itself; --also does not change it. */
export async function resultFormat(flags: Pick<ResultFlags, 'format' | 'json' | 'output'>): Promise<string> {
  return flags.json ? 'json' : (flags.format ?? (await defaultFormat(flags.output)));
}

/** The format if no flag names one: text only if the result itself goes to a terminal. */
export async function defaultFormat(output: string | undefined): Promise<'text' | 'json'> {
  return output === undefined && (await isTerminal(1)) ? 'text' : 'json';
}

/** One line for people; with a JSON format the last line is the error document. */
export function writeError(error: LibUsersError, format: string, now: Date): void {
  const hint = error.hint === null ? '' : ` (${error.hint})`;
  writeStderr(`lib-users: error: ${sanitize(`${error.message}${hint}`)}\n`);
  if (isJsonFormat(format)) writeStderr(renderNdjson(buildErrorDocument(error, now)));
}

function parseAlso(also: string, formats: Formats<never, never>): { format: string; path: string } {
  const [, format, path] = /^([^=]*)=(.+)$/s.exec(also) ?? [];
  if (format === undefined || path === undefined) {
    throw new LibUsersError('usage', `--also ${also}: expected FORMAT=FILE`, 'as in --also json=/var/tmp/report.json');
  }
  if (!Object.hasOwn(formats, format)) {
    const known = Object.keys(formats).join(', ');
    throw new LibUsersError('usage', `--also ${also}: unknown format ${format}`, `known are ${known}`);
  }
  return { format, path };
}
