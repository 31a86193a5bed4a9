// The commands' own metadata (oclif's flags, arguments, summaries, examples) -> plain records, for man pages and
// completions. `value` says what a word may be: one of a list, a path, or anything.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { localOptions } from './build/esbuild-options.mjs';
import { root } from './project.mjs';

/**
 * @typedef {{ kind: 'file' | 'folder' | 'one' | 'format-file' | 'any', of: readonly string[] }} Value `of` lists the words or
 *   formats to choose from, and is empty for the other kinds
 * @typedef {{ name: string, description: string, required: boolean, multiple: boolean, value: Value }} Argument
 * @typedef {{ name: string, char: string | null, description: string, group: string | null, multiple: boolean,
 *   default: string | null, word: string | null, value: Value | null }} Flag `word` is how the synopsis writes the value; it and
 *   `value` are null for a switch
 * @typedef {{ name: string, summary: string, description: string, examples: { description: string, command: string }[],
 *   args: Argument[], flags: Flag[] }} Command
 * @typedef {import('../src/drop-in/program.ts').Program} Program
 * @typedef {{ name: Program['name'], options: ReturnType<typeof import('../src/drop-in/arguments.ts').optionsOf> }} DropIn
 */

const sources = `
export { commands } from './src/commands.ts';
export { schemaNames } from './src/documents/generated/schemas.ts';
export { optionsOf } from './src/drop-in/arguments.ts';
export { programs } from './src/drop-in/program.ts';
`;

/** @type {Record<string, Value>} by the name that the help gives them */
const namedValues = {
  FILE: { kind: 'file', of: [] },
  PATH: { kind: 'file', of: [] },
  DIR: { kind: 'folder', of: [] },
};
/** @type {Value} */
const anything = { kind: 'any', of: [] };

/**
 * The exports of `sources`.
 * @typedef {{ commands: typeof import('../src/commands.ts').commands,
 *   schemaNames: typeof import('../src/documents/generated/schemas.ts').schemaNames,
 *   optionsOf: typeof import('../src/drop-in/arguments.ts').optionsOf,
 *   programs: typeof import('../src/drop-in/program.ts').programs }} Sources
 */

/** @returns {Promise<{ commands: Command[], dropIns: DropIn[] }>} */
export async function readMetadata() {
  const outfile = join(root, `build/metadata-${process.pid}.mjs`);
  await build({
    ...localOptions,
    stdin: { contents: sources, resolveDir: root },
    outfile,
  });
  /** @type {Sources} */
  const { commands, schemaNames, programs, optionsOf } = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  const described = commands.map(async ({ name, load }) => describe(name, (await load()).default, schemaNames));
  return {
    commands: await Promise.all(described),
    dropIns: Object.values(programs).map((program) => ({ name: program.name, options: optionsOf(program) })),
  };
}

/**
 * @param {string} name
 * @param {import('../src/commands.ts').CommandClass} command
 * @param {readonly string[]} schemaNames
 * @returns {Command}
 */
function describe(name, command, schemaNames) {
  const { summary = '', description = '', examples = [], strict = true } = command;
  /** @type {(text: string) => string} */
  const bin = (text) => text.replaceAll('<%= config.bin %>', 'lib-users');
  return {
    name,
    summary,
    description,
    examples: examples.map((example) => {
      if (typeof example === 'string') throw new Error(`the example of ${name} has no description: ${example}`);
      return { description: example.description, command: bin(example.command) };
    }),
    args: Object.entries(command.args ?? {}).map(([arg, { required = false, description: about = '' }]) => ({
      name: arg.toUpperCase(),
      description: about,
      required,
      multiple: !strict,
      value: arg === 'name' ? { kind: 'one', of: schemaNames } : { kind: 'file', of: [] },
    })),
    flags: Object.entries(command.flags)
      .filter(([, { hidden }]) => !hidden)
      .map(([flag, definition]) => describeFlag(flag, definition, command.flags)),
  };
}

/**
 * @typedef {import('../src/commands.ts').CommandClass['flags']} Flags
 * @param {string} name
 * @param {Flags[string]} definition
 * @param {Flags} all of the same command
 * @returns {Flag}
 */
function describeFlag(name, definition, all) {
  const { char = null, description = '', helpGroup = null } = definition;
  const about = { name, char, description, group: helpGroup };
  if (definition.type === 'boolean') return { ...about, multiple: false, default: null, word: null, value: null };
  const { multiple = false, helpValue, default: given } = definition;
  const options = optionsOfFlag(definition);
  const word = String(helpValue ?? options?.join('|') ?? '');
  return {
    ...about,
    multiple,
    default: typeof given === 'string' ? given : null,
    word: word === '' ? null : word,
    value: options ? { kind: 'one', of: options } : valueNamed(word, all),
  };
}

/**
 * @param {string} word
 * @param {Flags} all
 * @returns {Value}
 */
function valueNamed(word, all) {
  if (word !== 'FORMAT=FILE') return namedValues[word] ?? anything;
  const formats = all.format && optionsOfFlag(all.format);
  if (!formats) throw new Error('a flag takes FORMAT=FILE, and its command has no --format that lists the formats');
  return { kind: 'format-file', of: formats };
}

/**
 * @param {Flags[string]} flag
 * @returns {readonly string[] | undefined} the words that may be given
 */
const optionsOfFlag = (flag) => (flag.type === 'option' ? flag.options : undefined);
