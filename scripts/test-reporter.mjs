// A reporter for node:test (`--test-reporter`): its events -> text for a person. Each failure is printed whole, as soon as it is
// known; then the skipped tests, grouped by what would let them run; then node's own closing lines, which programs read.
import { relative } from 'node:path';
import { inspect } from 'node:util';

/** node:test's totals, which it sends as diagnostics. */
const total = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;
/** Groups of fewer tests take one line, if all that they want is a package of Debian. */
const worthALine = 3;

/**
 * @typedef {{ name: string, nesting: number, file?: string, line?: number, details: { error: Error & { failureType?: string } } }} Failed
 * @typedef {{ type: 'test:start', data: { name: string, nesting: number } }
 *   | { type: 'test:stdout' | 'test:stderr', data: { message: string } }
 *   | { type: 'test:pass', data: { skip?: string | boolean } }
 *   | { type: 'test:fail', data: Failed }
 *   | { type: 'test:diagnostic', data: { nesting: number, message: string } }} Event those of node:test that are used here
 */

/** @param {AsyncIterable<Event>} source the events of a run */
export default async function* report(source) {
  /** @type {string[]} the name of the test that runs at each depth */
  const running = [];
  /** @type {Map<string, number>} how many tests by reason */
  const skipped = new Map();
  let ended = 0;
  for await (const { type, data } of source) {
    if (type === 'test:start') running[data.nesting] = data.name;
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type === 'test:pass' || type === 'test:fail') yield progress(++ended);
    if (type === 'test:pass' && data.skip !== undefined) {
      const reason = typeof data.skip === 'string' ? data.skip : '';
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    }
    // A test whose subtests failed reports that failure once more.
    if (type === 'test:fail' && data.details.error.failureType !== 'subtestsFailed') yield failure(data, running);
    if (type === 'test:diagnostic' && data.nesting === 0 && total.test(data.message)) {
      yield* tellSkipped(skipped);
      skipped.clear();
      yield `# ${data.message}\n`;
    }
  }
}

/**
 * On a terminal, the number of tests that have ended, in a line that the next output overwrites.
 * @param {number} count
 */
function progress(count) {
  return process.stdout.isTTY && count % 20 === 0 ? `\r\x1b[K${count} tests\r` : '';
}

/**
 * @param {Failed} data
 * @param {string[]} running
 */
function failure({ name, nesting, file, line, details }, running) {
  const path = [...running.slice(0, nesting), name].join(' > ');
  const place = file === undefined ? '' : ` (${relative('', file)}${line === undefined ? '' : `:${line}`})`;
  const text = inspect(details.error.cause ?? details.error, { depth: null, maxStringLength: null });
  return `FAILED ${path}${place}\n${text.replace(/^/gm, '  ')}\n`;
}

const aptInstall = /^wants .+: apt install (\S+)$/;

/** @param {Map<string, number>} skipped how many tests by reason; test/support/needs.ts writes `wants WHAT: REMEDY` */
function* tellSkipped(skipped) {
  const groups = [...skipped].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
  const small = groups.filter(({ reason, count }) => count < worthALine && aptInstall.test(reason));
  for (const { reason, count } of small.length > 1 ? groups.filter((group) => !small.includes(group)) : groups) {
    const [, wanted] = /^wants (.+)$/s.exec(reason) ?? [];
    if (wanted !== undefined) yield `${tests(count, 'wants', 'want')} ${wanted}\n`;
    else yield `${tests(count, 'was skipped', 'were skipped')}${reason === '' ? '' : `: ${reason}`}\n`;
  }
  if (small.length > 1) {
    const packages = new Set(small.map(({ reason }) => aptInstall.exec(reason)?.[1]));
    const count = small.reduce((sum, group) => sum + group.count, 0);
    yield `${tests(count, 'wants', 'want')} other programs: apt install ${[...packages].sort().join(' ')}\n`;
  }
}

/** @type {(count: number, one: string, more: string) => string} */
const tests = (count, one, more) => (count === 1 ? `1 test ${one}` : `${count} tests ${more}`);
