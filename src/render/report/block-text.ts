// One block of the text: its title, its processes, and a line for every file that is gone.

import type { Outdated, UnitFile } from '../../documents/generated/report.ts';
import { keyMaker } from '../../keys.ts';
import { formatBytes } from '../../sizes.ts';
import { count, formatAge, quote, readableTime } from '../format.ts';
import type { Paint, Style, Word } from '../layout.ts';
import { fold, word, words } from '../layout.ts';
import { outdatedFacts } from '../outdated-words.ts';
import { sanitizePath } from '../raw-bytes.ts';
import { sanitize } from '../sanitize.ts';
import type { Block } from './blocks.ts';
import { orderFiles } from './file-order.ts';

const shownPids = 10;
const statePaints: Readonly<Record<UnitFile['state'], Paint>> = {
  replaced: 'yellow',
  removed: 'red',
  unknown: 'magenta',
};

/** `now` is the time of the report. */
export function* renderBlock(block: Block, now: string, style: Style): Generator<string> {
  yield fold(titleWords(block, now), 0, 2, style);
  yield fold(processWords(block), 2, 4, style);
  if (block.command !== null) yield cut(`  command ${block.command}`, style.columns);
  for (const file of orderFiles(block.files)) yield fold(fileWords(file, block), 2, 6, style);
  for (const each of block.outdated) yield fold(outdatedWords(each, block), 2, 6, style);
}

function titleWords({ title, notes, alerts, staleSince }: Block, now: string): Word[] {
  const facts = [...notes, ...(staleSince === null ? [] : [staleNote(staleSince, now)])];
  return [
    word(title, 'bold'),
    ...(facts.length === 0 ? [] : words(` ${facts.join(', ')}`, 'dim')),
    ...alerts.flatMap((alert) => words(` ${alert}`, 'yellow')),
  ];
}

function staleNote(since: string, now: string): string {
  const age = formatAge(since, now);
  return age === null ? `stale since ${readableTime(since)}` : `stale for ${age}`;
}

function processWords({ processes, mainPid }: Block): Word[] {
  const main = processes.filter(({ pid }) => pid === mainPid);
  const rest = processes.filter(({ pid }) => pid !== mainPid);
  // Processes with one name stand side by side, so that the name is written once.
  const keyOf = keyMaker();
  const ranks = new Map<string, number>();
  const ranked = [...main, ...rest].map((process) => {
    const key = keyOf(process.name);
    if (!ranks.has(key)) ranks.set(key, ranks.size);
    return { ...process, rank: ranks.get(key)! };
  });
  const sorted = [
    ...ranked.slice(0, main.length),
    ...ranked.slice(main.length).sort((a, b) => a.rank - b.rank || a.pid - b.pid),
  ];
  const shown = sorted.slice(0, shownPids).map(({ pid, name }, index) => {
    const named = name === null || name === sorted[index - 1]?.name ? '' : `${quote(sanitize(name))} `;
    return `${named}${pid}${pid === mainPid ? ' (main)' : ''}`;
  });
  if (sorted.length > shownPids) shown.push(`… ${sorted.length - shownPids} more`);
  return words(`${count(sorted.length, 'process')}: ${shown.join(', ')}`);
}

function fileWords(file: UnitFile, { processes }: Block): Word[] {
  const { state, via, role, held_bytes } = file;
  const harmless = role === 'scratch' || role === 'data';
  const facts = [
    ...(held_bytes === null ? ['size not known'] : held_bytes > 0 ? [heldText(file)] : []),
    ...(file.pids.length < processes.length ? [usersOf(file.pids, processes.length)] : []),
    ...(file.package === null ? [] : [`now ${sanitize(file.package.name)} ${sanitize(file.package.version)}`]),
  ];
  const paint = harmless ? 'dim' : null;
  return [
    word(state.padEnd(9), harmless ? 'dim' : statePaints[state]),
    word(via.padEnd(4), paint),
    word(useOf(file).padEnd(11), paint),
    word(quote(sanitizePath(file)), paint),
    ...(facts.length === 0 ? [] : words(`(${facts.join(', ')})`, 'dim')),
  ];
}

function outdatedWords(outdated: Outdated, { processes }: Block): Word[] {
  const { confidence, kind, pids } = outdated;
  const facts = [
    ...outdatedFacts(outdated),
    ...(pids.length < processes.length ? [usersOf(pids, processes.length)] : []),
  ];
  const paint = confidence === 'possible' ? 'dim' : null;
  return [
    word(confidence.padEnd(9), paint ?? 'yellow'),
    word(kind.padEnd(16), paint),
    word(quote(sanitizePath(outdated)), paint),
    ...words(`(${facts.join(', ')})`, 'dim'),
  ];
}

// Shows the role, or a more telling fact: which code it is, or that a held file is a directory. A file that an interpreter runs is code.
function useOf({ role, kind }: UnitFile): string {
  if (role === 'code') return kind === 'executable' || kind === 'library' ? kind : role;
  return role === 'file' && kind === 'directory' ? kind : role;
}

function heldText({ held_bytes, held_memory_bytes }: UnitFile): string {
  const inMemory = (held_memory_bytes ?? 0) > 0;
  return `${formatBytes(held_bytes ?? 0)}${inMemory ? ' of memory' : ''} held`;
}

function usersOf(pids: readonly number[], of: number): string {
  return pids.length === 1 ? `only ${pids[0]}` : `${pids.length} of ${of} processes`;
}

// A command line can be a megabyte: one line of it is enough here, and the JSON has all.
function cut(line: string, columns: number): string {
  const characters = [...line];
  return `${characters.length > columns ? `${characters.slice(0, columns - 1).join('')}…` : line}\n`;
}
