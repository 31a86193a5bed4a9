// A copy of Bun -> the same program, deaf to the environment: Bun has no switch against variables that make it run other code
// (BUN_OPTIONS, BUN_BE_BUN), write files (BUN_BYTECODE_ORDER_OUT), listen (BUN_INSPECT) or send crash reports.
//
// A name that Bun hands to getenv(3) loses its first byte to NUL. So the name is empty, and getenv finds no empty name; a name
// with `=` in it would not do, because BUN=OPTIONS=x sets one. Two names are not text but machine code, below.

import { readFileSync, writeFileSync } from 'node:fs';

/** Every text of Bun that is a whole name: of Bun itself, and of others. */
const names = /(?<=\0)(?:BUN_\w+|(?:ICU|NODE|UV|WTF)_\w+)(?=\0)/g;

/**
 * The names that must be there: were one missing, this Bun would read it in a way that is not known here. All others that begin
 * with BUN_ are taken as well, but of ICU's and Node's only these: the rest are no variables.
 */
const known = [
  'BUN_BE_BUN',
  'BUN_BYTECODE_DIGEST_OUT',
  'BUN_BYTECODE_ORDER_NAMES_OUT',
  'BUN_BYTECODE_ORDER_OUT',
  'BUN_CONFIG_VERBOSE_FETCH',
  'BUN_CRASH_REPORT_URL',
  'BUN_ENABLE_CRASH_REPORTING',
  'BUN_INSPECT',
  'BUN_INSPECT_CONNECT_TO',
  'BUN_INSPECT_PRELOAD',
  'BUN_OPTIONS',
  'BUN_RUNTIME_TRANSPILER_CACHE_PATH',
  'BUN_TMPDIR',
  'ICU_DATA',
  'ICU_TIMEZONE_FILES_DIR',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_COMPILE_CACHE',
  'NODE_DEBUG_NATIVE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_NO_WARNINGS',
  'NODE_PENDING_DEPRECATION',
  'NODE_PRESERVE_SYMLINKS_MAIN',
  'NODE_REDIRECT_WARNINGS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_SYSTEM_CA',
  'UV_THREADPOOL_SIZE',
  'WTF_numberOfProcessorCores',
];

/** @type {Record<'x64' | 'arm64', { name: string, from: string, to: string }[]>} machine code, in hexadecimal digits */
const instructions = {
  x64: [
    {
      // cmp byte [r14], 'B'; jne; cmp byte [r14+1], 'U'; jne; … of the loop that looks for BUN_JSC_: the second comparison is
      // made with the first byte, too, which cannot be both.
      name: 'BUN_JSC_',
      from: '41803e4275e541807e015575de41807e024e75d741807e035f75d041807e044a75c9',
      to: '41803e4275e541807e005575de41807e024e75d741807e035f75d041807e044a75c9',
    },
    // mov r13, "mimalloc", the beginning of a name that is put together: now "=imalloc", which no shell or service can set.
    { name: 'MIMALLOC_', from: '49bd6d696d616c6c6f63', to: '49bd3d696d616c6c6f63' },
  ],
  arm64: [
    {
      // ldrb w10, [x9]; cmp w10, 'B'; b.ne; ldrb w10, [x9, 1]; cmp w10, 'U'; b.ne; ldrb w10, [x9, 2]; cmp w10, 'N'; the same
      name: 'BUN_JSC_',
      from: '2a0140395f09017101ffff542a0540395f550171a1feff542a0940395f390171',
      to: '2a0140395f09017101ffff542a0140395f550171a1feff542a0940395f390171',
    },
    // "mimalloc" among the constants of eight bytes, each of which stands alone
    { name: 'MIMALLOC_', from: '05006d696d616c6c6f6310111213', to: '05003d696d616c6c6f6310111213' },
  ],
};

/**
 * @param {string} bun the path of the program
 * @param {string} copy the path of the one to write
 * @param {'x64' | 'arm64'} machine
 */
export function harden(bun, copy, machine) {
  const bytes = readFileSync(bun);
  const text = bytes.toString('latin1');
  /** @type {Map<string, number[]>} */
  const places = new Map();
  for (const { 0: name, index } of text.matchAll(names)) places.set(name, [...(places.get(name) ?? []), index]);
  for (const name of known) if (!places.has(name)) throw new Error(unknown(bun, name));
  for (const [name, [place, another]] of places) {
    if (!name.startsWith('BUN_') && !known.includes(name)) continue;
    if (another !== undefined) throw new Error(unknown(bun, name));
    bytes[place] = 0;
  }
  for (const { name, from, to } of instructions[machine]) {
    const wanted = Buffer.from(from, 'hex').toString('latin1');
    const place = text.indexOf(wanted);
    if (place < 0 || text.includes(wanted, place + 1)) throw new Error(unknown(bun, name));
    bytes.write(to, place, 'hex');
  }
  writeFileSync(copy, bytes, { mode: 0o755 });
}

function unknown(bun, name) {
  return `${bun} reads ${name} from the environment in a way that scripts/pack/harden.mjs does not know: find out how, and tell it`;
}
