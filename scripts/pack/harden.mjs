// A copy of Bun -> the same program, deaf to the environment. Bun has no switch against the variables that make it run other
// code (BUN_OPTIONS, BUN_BE_BUN), write files (BUN_BYTECODE_ORDER_OUT), listen (BUN_INSPECT) or send reports of its crashes.
//
// The first byte of each name becomes NUL, which no variable's name can hold. For getenv(3) the name is empty then, and an empty name
// is never found. An `=` instead would not do: BUN=OPTIONS=x sets BUN=OPTIONS.

import { readFileSync, writeFileSync } from 'node:fs';

/** The texts that may be names of variables. */
const names = /(?<=\0)(?:BUN|ICU|JSC|NODE|UV|WTF)_\w+(?=\0)/g;

/** Every text that begins with BUN_ counts as a variable. If one of these is missing, this Bun reads its variables in another way. */
const ofBun = [
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
];

/** The other texts that are variables. ICU's, JavaScriptCore's and Node's texts are mostly names of something else. */
const ofOthers = [
  'ICU_DATA',
  'ICU_TIMEZONE_FILES_DIR',
  'JSC_SIGNAL_FOR_GC',
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

const text = (/** @type {string} */ chars) => Buffer.from(chars, 'latin1').toString('hex');

/**
 * The other variables, as bytes in hexadecimal: the present bytes and the new ones.
 * @typedef {{ name: string, from: string, to: string }} Change
 */
/** @type {Change} a name that ends at the beginning of the next text, not at a NUL */
const httpRequests = {
  name: 'BUN_CONFIG_MAX_HTTP_REQUESTS',
  from: text('BUN_CONFIG_MAX_HTTP_REQUESTSBUN_CONFIG_MAX_HTTP_REQUESTS value'),
  to: text('\0UN_CONFIG_MAX_HTTP_REQUESTSBUN_CONFIG_MAX_HTTP_REQUESTS value'),
};
/** @type {Record<'x64' | 'arm64', Change[]>} */
const changes = {
  x64: [
    httpRequests,
    { name: 'SIMDUTF_FORCE_IMPLEMENTATION', from: text('\0SIMDUTF_FORCE_'), to: text('\0\0IMDUTF_FORCE_') },
    // cmp byte [r14], 'B'; jne; cmp byte [r14+1], 'U'; jne; cmp byte [r14+2], 'N'; and so on. Now the first byte is compared with
    // both B and U, and no variable is one of BUN_JSC_.
    {
      name: 'BUN_JSC_',
      from: '41803e4275e541807e015575de41807e024e75d741807e035f75d041807e044a75c9',
      to: '41803e4275e541807e005575de41807e024e75d741807e035f75d041807e044a75c9',
    },
    // mov r13, 'mimalloc': the beginning of names that are put together on use and end at the first NUL. So it
    // becomes `=imalloc`, a name that no shell, service or login sets.
    { name: 'MIMALLOC_', from: '49bd6d696d616c6c6f63', to: '49bd3d696d616c6c6f63' },
  ],
  arm64: [
    httpRequests,
    // ldrb w10, [x9]; cmp w10, 'B'; b.ne; ldrb w10, [x9, 1]; cmp w10, 'U'; b.ne; ldrb w10, [x9, 2]; cmp w10, 'N': the same
    {
      name: 'BUN_JSC_',
      from: '2a0140395f09017101ffff542a0540395f550171a1feff542a0940395f390171',
      to: '2a0140395f09017101ffff542a0140395f550171a1feff542a0940395f390171',
    },
    // 'mimalloc' among constants of eight bytes
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
  const content = bytes.toString('latin1');
  /** @type {Map<string, number[]>} */
  const places = new Map();
  for (const { 0: name, index } of content.matchAll(names)) places.set(name, [...(places.get(name) ?? []), index]);
  for (const name of [...ofBun, ...ofOthers]) if (!places.has(name)) throw new Error(unknown(bun, name));
  for (const [name, [place, another]] of places) {
    if (!name.startsWith('BUN_') && !ofOthers.includes(name)) continue;
    if (place === undefined || another !== undefined) throw new Error(unknown(bun, name));
    bytes[place] = 0;
  }
  for (const { name, from, to } of changes[machine]) {
    const wanted = Buffer.from(from, 'hex').toString('latin1');
    const place = content.indexOf(wanted);
    if (place < 0 || content.includes(wanted, place + 1)) throw new Error(unknown(bun, name));
    bytes.write(to, place, 'hex');
  }
  writeFileSync(copy, bytes, { mode: 0o755 });
}

/**
 * @param {string} bun
 * @param {string} name
 */
function unknown(bun, name) {
  return `${bun} reads ${name} from the environment in a way that scripts/pack/harden.mjs does not know: find out how, and tell it`;
}
