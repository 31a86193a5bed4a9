// The contenders of the bench: ours in each form in which it is installed, the tools that people use today, and the floor.

import { readFileSync } from 'node:fs';
import pinned from '../../scripts/pack/bun.json' with { type: 'json' };
import { npmFile } from '../support/program.ts';
import { compile, executable, installed, node, pythonCommand, Unavailable } from './programs.ts';

const newestNode = '26.10.0';
const oldestNode = '20.20.2';
/** The newest version on PyPI: 0.15 is not there. */
const libUsers = '0.14.post1';

export interface Contender {
  name: ContenderName;
  /** The name in the table. */
  title: string;
  /** Programs that run one after the other; ours get their arguments from the workload. Null if the contender is missing. */
  programs: Programs | null;
  missing: string | null;
  /** Exit codes that mean that the work was done. */
  statuses: readonly number[];
  ours: boolean;
  /** Arguments behind those of the workload. */
  adds: readonly string[];
  /** The only workload that it takes part in; null if there is no such limit. */
  only: string | null;
  /** It takes part in one round of `every`. */
  every: number;
}

export type ContenderName = keyof typeof definitions;
type Programs = readonly (readonly string[])[];
type Definition = Partial<Contender> & { title: string; find: () => Programs | Promise<Programs> };

/** Runs on the first processor that this process may use: lib-users starts one helper. */
function onFirstProcessor(): readonly string[] {
  const first = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return [installed('taskset'), '-c', first];
}

const definitions = {
  executable: {
    title: `lib-users, executable, Bun ${pinned.version}`,
    ours: true,
    find: async () => [[await executable()]],
  },
  'one-processor': {
    title: 'the same on one processor',
    ours: true,
    find: async () => [[...onFirstProcessor(), await executable()]],
  },
  'newest-node': {
    title: `lib-users, npm file, Node ${newestNode}`,
    ours: true,
    find: () => [[node(newestNode), npmFile]],
  },
  'node-20': {
    title: `lib-users, npm file, Node ${oldestNode}`,
    ours: true,
    find: () => [[node(oldestNode), npmFile]],
  },
  'executable-fixes': {
    title: 'the executable with --fixes',
    ours: true,
    adds: ['--fixes'],
    only: 'upgraded-20',
    find: async () => [[await executable()]],
  },
  'node-20-fixes': {
    title: 'Node 20 with --fixes',
    ours: true,
    adds: ['--fixes'],
    only: 'upgraded-20',
    find: () => [[node(oldestNode), npmFile]],
  },
  lib_users: {
    title: `lib_users, then fd_users, ${libUsers}`,
    find: () => ['lib_users', 'fd_users'].map((name) => [pythonCommand(name, libUsers)]),
  },
  // 1: nothing was found.
  lsof: { title: 'lsof +L1', statuses: [0, 1], find: () => [[installed('lsof'), '+L1']] },
  needrestart: {
    title: 'needrestart -b -l',
    every: 3,
    find: () => [[installed('needrestart'), '-b', '-l', '-r', 'l']],
  },
  checkrestart: { title: 'checkrestart', every: 3, find: () => [[installed('checkrestart')]] },
  floor: { title: 'the floor, in C', find: () => [[compile('floor')]] },
} as const satisfies Record<string, Definition>;

export const contenderNames = Object.keys(definitions) as ContenderName[];

export async function prepareContender(name: ContenderName): Promise<Contender> {
  const { find, ...definition } = definitions[name];
  const contender: Contender = {
    name,
    programs: null,
    missing: null,
    statuses: [0],
    ours: false,
    adds: [],
    only: null,
    every: 1,
    ...definition,
  };
  try {
    return { ...contender, programs: await find() };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { ...contender, missing: error.message.split('\n')[0] ?? '' };
  }
}
