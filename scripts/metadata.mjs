// The commands' own metadata (oclif's flags, arguments, summaries, examples) -> plain records, for man pages and
// completions. `value` says what a word may be: one of a list, a path, or anything.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const sources = `
export { commands } from './src/commands.ts';
export { schemaNames } from './src/documents/generated/schemas.ts';
export { optionsOf } from './src/drop-in/arguments.ts';
export { programs } from './src/drop-in/program.ts';
`;

/** Values by the name that the help gives them. */
const namedValues = { FILE: { kind: 'file' }, PATH: { kind: 'file' }, DIR: { kind: 'folder' } };
const anything = { kind: 'any' };

export async function readMetadata(version) {
  const outfile = join(root, `build/metadata-${process.pid}.mjs`);
  await build({
    absWorkingDir: root,
    stdin: { contents: sources, resolveDir: root },
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    // The validators that ajv compiled call require even as ESM.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    define: { __LIB_USERS_VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
  });
  const { commands, schemaNames, programs, optionsOf } = await import(pathToFileURL(outfile));
  rmSync(outfile);
  const described = commands.map(async ({ name, load }) => describe(name, (await load()).default, schemaNames));
  return {
    commands: await Promise.all(described),
    dropIns: Object.values(programs).map((program) => ({ name: program.name, program, options: optionsOf(program) })),
  };
}

function describe(name, command, schemaNames) {
  const { summary, description = '', examples = [], strict = true } = command;
  const bin = (text) => text.replaceAll('<%= config.bin %>', 'lib-users');
  return {
    name,
    summary,
    description,
    examples: examples.map((example) => ({ description: example.description, command: bin(example.command) })),
    args: Object.entries(command.args ?? {}).map(([arg, { required = false, description: about }]) => ({
      name: arg.toUpperCase(),
      description: about,
      required,
      multiple: !strict,
      value: arg === 'name' ? { kind: 'one', of: schemaNames } : { kind: 'file' },
    })),
    flags: Object.entries(command.flags)
      .filter(([, { hidden }]) => !hidden)
      .map(([flag, definition]) => describeFlag(flag, definition, command.flags)),
  };
}

function describeFlag(name, definition, all) {
  const { char = null, description, helpGroup = null, multiple = false, options, helpValue, type } = definition;
  const word = helpValue ?? options?.join('|') ?? null;
  const formats = word === 'FORMAT=FILE' ? { kind: 'format-file', of: all.format.options } : undefined;
  const listed = options && { kind: 'one', of: options };
  return {
    name,
    char,
    description,
    group: helpGroup,
    multiple,
    default: typeof definition.default === 'string' ? definition.default : null,
    /** As the synopsis writes the value; null for a switch. */
    word: type === 'boolean' ? null : word,
    value: type === 'boolean' ? null : (listed ?? formats ?? namedValues[word] ?? anything),
  };
}
