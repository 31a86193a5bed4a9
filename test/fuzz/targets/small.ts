// The many small readers, each of which takes any text: none throws or takes long, and each says only what stands in the
// text. The first line of an input names the reader, the rest is the text to read.

import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { locateJsonError } from '../../../src/documents/json-position.ts';
import { splitDocuments } from '../../../src/documents/split-documents.ts';
import { compileGlob, globProblem } from '../../../src/glob.ts';
import { parseClockTicks } from '../../../src/host/clock.ts';
import { compareKernelVersions, parseKernelVersion } from '../../../src/host/kernel-version.ts';
import { parseOsRelease } from '../../../src/host/os-release.ts';
import { parsePasswd } from '../../../src/host/users.ts';
import { parseApk } from '../../../src/packages/apk.ts';
import { parseDiversions, parseDpkgStatus } from '../../../src/packages/dpkg.ts';
import { parsePacman } from '../../../src/packages/pacman.ts';
import { parseFdInfo } from '../../../src/procfs/fdinfo.ts';
import { formatAddress } from '../../../src/procfs/ip-address.ts';
import { parseSocketTable } from '../../../src/procfs/socket-table.ts';
import { parseEffectiveCapabilities, parseGroups } from '../../../src/procfs/status.ts';
import { parseRange } from '../../../src/render/drift/nagios.ts';
import { stableName } from '../../../src/stable-names.ts';
import { queryUnits } from '../../../src/systemd/systemctl.ts';
import { affectedUnit } from '../../../src/systemd/unit-block.ts';
import type { Target } from '../engine.ts';

/** Bytes as one unit each, and as the text that they are in UTF-8. Returns a description that differs between kinds of answers. */
type Reader = (bytes: string, text: string, raw: Buffer) => unknown;

function takeApart(chunks: Buffer[]): string[] {
  const frames: string[] = [];
  for (const { line, bytes } of splitDocuments(chunks, 4096)) frames.push(`${line} ${bytes?.toString('latin1')}`);
  return frames;
}

/** All lines have the form, as a plain pattern has it; each with the fields that count. null if one has not. */
function readSocketLines(bytes: string, digits: number) {
  const [, ...lines] = bytes.split('\n');
  if (lines.length === 0 || lines.pop() !== '') return null;
  const field = `([^\\n]{${digits}}):([^\\n]{4}) `;
  const form = new RegExp(`^ *[0-9]+: ${field}${field}([^\\n]{2}) +(?:[^ \\n]+ +){5}([0-9]{1,15})(?: [^\\n]*)?$`);
  const sockets = lines.map((line) => form.exec(line));
  return sockets.some((socket) => socket === null) ? null : sockets.map((socket) => socket!.slice(1));
}

/** The first number of the text is the wanted socket. */
function readSocketTable(bytes: string, raw: Buffer, digits: 8 | 32) {
  const wanted = Number(/ ([1-9][0-9]{0,14}) /.exec(bytes)?.[1] ?? 1);
  const sockets = parseSocketTable(raw, digits, new Set([wanted]));
  const lines = readSocketLines(bytes, digits)?.filter(([, , , , , inode]) => Number(inode) === wanted);
  const isHex = lines?.every(([address, port, , , state]) => /^[0-9A-F]+$/.test(`${address}${port}${state}`));
  if (!isHex) {
    assert.equal(sockets, null, 'a table that is not understood is no table');
    return 'odd';
  }
  const number = (hex = '') => Number.parseInt(hex, 16);
  assert.deepEqual(
    sockets,
    lines?.map(([address, port, , , state]) => ({ inode: wanted, address, port: number(port), state: number(state) })),
  );
  for (const { address } of sockets ?? []) assert.notEqual(isIP(formatAddress(address, 'LE')), 0);
  return [sockets?.length, sockets?.[0]?.state, isIP(formatAddress(sockets?.[0]?.address ?? '00000000', 'BE'))];
}

const readers: Readonly<Record<string, Reader>> = {
  sockets: (bytes, _, raw) => readSocketTable(bytes, raw, 8),
  sockets6: (bytes, _, raw) => readSocketTable(bytes, raw, 32),
  fdinfo(bytes) {
    const info = parseFdInfo(bytes);
    if (info) assert.ok(Number.isSafeInteger(info.mountId) && (info.inode === null || info.inode < 10n ** 20n));
    return info && [info.append, info.inode === null];
  },
  status: (bytes) => [parseGroups(bytes).length > 1, parseEffectiveCapabilities(bytes) > 0n],
  passwd(_, text) {
    const names = parsePasswd(text);
    for (const name of names.values()) assert.ok(text.includes(`${name}:`) && !/[:\n]/.test(name));
    return names.size > 1;
  },
  'os-release': (_, text) => Object.values(parseOsRelease(text)).map((value) => value === null),
  kernel(_, text) {
    const [a, b] = text.split('\n', 2).map(parseKernelVersion) as [
      ReturnType<typeof parseKernelVersion>,
      ReturnType<typeof parseKernelVersion>,
    ];
    if (b === undefined) return a.flavour === '';
    const order = Math.sign(compareKernelVersions(a, b));
    assert.equal(order + Math.sign(compareKernelVersions(b, a)), 0, 'the order has two sides');
    return [order, a.flavour === b.flavour];
  },
  auxv: (_, __, raw) => [parseClockTicks(raw, 'LE') === null, parseClockTicks(raw, 'BE') === null],
  'dpkg-status': (bytes) => parseDpkgStatus(bytes).size > 0,
  diversions: (bytes) => parseDiversions(bytes).size > 0,
  pacman: (bytes) => parsePacman(bytes.split('\n'), new Map([['/usr/bin/x', ['/usr/bin/x']]])).size,
  apk: (bytes) => parseApk(bytes.split('\n'), new Set(['/usr/bin/x'])).size,
  systemctl(bytes, _, raw) {
    const names = ['cron.service', 'x.mount', 'a@b.service'];
    const { facts, problem } = queryUnits(names, affectedUnit, () => ({
      kind: 'ok',
      status: 0,
      stdout: raw,
      stderr: raw,
    }));
    for (const name of facts.keys()) assert.ok(bytes.includes(`Names=`) && bytes.includes(name), name);
    assert.equal(facts.size === names.length, problem === null, 'what is missing is said');
    return [...facts.values()].map(({ main_pid, kill_mode, controlGroup }) =>
      [main_pid, kill_mode, controlGroup].map((value) => value === null),
    );
  },
  frames(_, __, raw) {
    const whole = takeApart([raw]);
    const pieces = Array.from({ length: Math.ceil(raw.length / 7) }, (___, index) =>
      raw.subarray(index * 7, index * 7 + 7),
    );
    assert.deepEqual(takeApart(pieces), whole, 'where a chunk ends tells nothing');
    return [whole.length > 1, whole.some((frame) => frame.endsWith(' undefined'))];
  },
  json(_, text) {
    try {
      return JSON.parse(text) === null;
    } catch {
      const { line, column, cutOff } = locateJsonError(text);
      assert.ok(line >= 1 && column >= 1 && line <= text.split('\n').length);
      return cutOff;
    }
  },
  glob(bytes) {
    const [pattern = '', ...rest] = bytes.split('\n');
    const problem = globProblem(pattern);
    return [problem?.replace(/[^a-z ]/g, ''), compileGlob(pattern)(rest.join('\n'))];
  },
  name(_, text) {
    return (['unit', 'path'] as const).map((on) => {
      const stable = stableName(on, text);
      assert.equal(stableName(on, stable), stable, 'a stable name stays');
      return stable === text;
    });
  },
  range(_, text) {
    const range = parseRange(text);
    if (range) assert.ok(range.start <= range.end);
    return range && [range.inside, Number.isFinite(range.start), Number.isFinite(range.end)];
  },
};

export const small: Target = {
  name: 'small',
  run(input) {
    const end = input.indexOf('\n');
    const name = input.subarray(0, end).toString('latin1');
    const raw = input.subarray(end + 1);
    if (end < 0 || !Object.hasOwn(readers, name)) return 'no reader';
    return `${name} ${JSON.stringify(readers[name]!(raw.toString('latin1'), raw.toString('utf8'), raw))}`;
  },
};
