// Texts of package managers and packagers: changelogs, logs and notes of builds. The first line of an input names the reader, the
// rest is the text to read. No reader throws or takes long, and each word of an answer stands in the text.

import assert from 'node:assert/strict';
import { findCves, findUnsettledCves } from '../../../src/cves.ts';
import { aptHistory } from '../../../src/fixes/apt-history.ts';
import { type DebianEntry, parseEntries } from '../../../src/fixes/debian-changelog.ts';
import { findSources } from '../../../src/fixes/dpkg-changelog.ts';
import { parseDpkgLog, timeOfLine } from '../../../src/fixes/dpkg-log.ts';
import { compareDpkgVersions } from '../../../src/fixes/dpkg-version.ts';
import type { LogFormat } from '../../../src/fixes/package-log.ts';
import { apkLog, pacmanLog } from '../../../src/fixes/plain-logs.ts';
import { parseRpmChangelogs } from '../../../src/fixes/rpm-changelog.ts';
import { dnf4Log, dnf5Log, zypperLog } from '../../../src/fixes/rpm-logs.ts';
import { compareRpmVersions } from '../../../src/fixes/rpm-version.ts';
import { type Advisory, NotUpdateinfo, parseUpdateinfo } from '../../../src/fixes/updateinfo.ts';
import { parseBuildNote } from '../../../src/procfs/build-note.ts';
import type { Target } from '../engine.ts';

async function* each(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

async function entriesOf(pieces: readonly string[]): Promise<DebianEntry[]> {
  const entries: DebianEntry[] = [];
  for await (const entry of parseEntries(each(pieces))) entries.push(entry);
  return entries;
}

/** The reason if the text is refused. */
async function advisoriesOf(pieces: readonly string[]): Promise<Advisory[] | string> {
  const found: Advisory[] = [];
  try {
    for await (const advisory of parseUpdateinfo(each(pieces), new Set(['libexpat1', 'x']))) found.push(advisory);
  } catch (error) {
    if (!(error instanceof NotUpdateinfo)) throw error;
    return error.message;
  }
  return found;
}

const readLog =
  ({ parse, timeOf }: LogFormat) =>
  (text: string): unknown => {
    const lines = text.split('\n');
    const changes = parse(lines);
    for (const { name, from, to, beganAt, endedAt } of changes) {
      assert.ok(text.includes(name) && text.includes(from) && (to === null || text.includes(to)));
      assert.ok(Number.isFinite(beganAt) && Number.isFinite(endedAt));
    }
    return [changes.length > 0, changes.some(({ to }) => to === null), timeOf(lines[0]!) === null];
  };

function compare(text: string, order: (a: string, b: string) => number): unknown {
  const [a = '', b = ''] = text.split('\n');
  const side = Math.sign(order(a, b));
  assert.equal(side + Math.sign(order(b, a)), 0, 'the order has two sides');
  return side;
}

const readers: Readonly<Record<string, (text: string, raw: Buffer) => unknown>> = {
  cves(text) {
    const ids = findCves(text);
    for (const id of ids) {
      const [, year, number] = id.split('-') as [string, string, string];
      assert.ok(text.includes(year) && text.includes(number));
    }
    const unsettled = findUnsettledCves(text);
    assert.ok(unsettled.every((id) => ids.includes(id)));
    return [ids.length > 1, new Set(ids).size === ids.length, unsettled.length > 0];
  },
  async debian(text) {
    const entries = await entriesOf([text]);
    const half = text.length >> 1;
    assert.deepEqual(await entriesOf([text.slice(0, half), text.slice(half)]), entries);
    return [entries.length > 1, entries.some(({ date }) => date === null), entries.some(({ cves }) => cves.length > 0)];
  },
  rpm(text) {
    const pasts = [...parseRpmChangelogs(text.split('\n')).values()];
    const entries = pasts.flatMap((past) => past.entries);
    return [pasts.length, entries.some(({ version }) => version !== null), pasts.some(({ source }) => source !== null)];
  },
  sources(text) {
    const sources = [...findSources(text, new Set(['libexpat1', 'x'])).values()];
    for (const { name, version, installed } of sources) {
      assert.ok(text.includes(name) && text.includes(version) && text.includes(installed));
    }
    return sources.map(({ version, installed }) => version === installed);
  },
  dpkg: readLog({ parse: parseDpkgLog, timeOf: timeOfLine }),
  dnf4: readLog(dnf4Log),
  dnf5: readLog(dnf5Log),
  zypper: readLog(zypperLog),
  pacman: readLog(pacmanLog),
  apk: readLog(apkLog),
  apt(text) {
    const runs = aptHistory.parse(text.split('\n'));
    for (const { beganAt, endedAt, command, user, replaced } of runs) {
      assert.ok(beganAt <= endedAt && text.includes(command ?? '') && text.includes(user?.name ?? ''));
      for (const [name, version] of replaced) assert.ok(text.includes(`${name}`) && text.includes(version));
    }
    return [runs.length > 1, runs.some(({ user }) => user !== null), runs.some(({ replaced }) => replaced.size > 0)];
  },
  async updateinfo(text) {
    const half = text.length >> 1;
    const found = await advisoriesOf([text]);
    assert.deepEqual(await advisoriesOf([text.slice(0, half), text.slice(half)]), found);
    return typeof found === 'string' ? found : found.length > 0;
  },
  'dpkg-version': (text) => compare(text, compareDpkgVersions),
  'rpm-version': (text) => compare(text, compareRpmVersions),
  note(_, raw) {
    const note = parseBuildNote((offset, length) => raw.subarray(offset, offset + length));
    return note === null;
  },
};

export const changes: Target = {
  name: 'changes',
  async run(input) {
    const end = input.indexOf(10);
    const name = input.toString('latin1', 0, Math.max(end, 0));
    // A name such as __proto__ is no reader.
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    const raw = input.subarray(end + 1);
    return reader === undefined ? '' : `${name} ${JSON.stringify(await reader(raw.toString('latin1'), raw))}`;
  },
};
