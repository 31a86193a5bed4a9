// The questions that a helper answers about one process, and the answers. A read that may take a lock which the owner of a foreign
// process can hold must be a question here; docs/security.md has the table.

import { type Inspection, Inspector, type InspectTask } from '../deleted/inspect.ts';
import { type InitEvidence, readInitEvidence } from '../host/container.ts';
import type { Bytes } from '../procfs/bytes.ts';
import { type CgroupLine, parseCgroup } from '../procfs/cgroup.ts';
import { readUserAbove } from '../procfs/cgroup-folders.ts';
import { readCgroupTree } from '../procfs/cgroup-tree.ts';
import { type OpenSockets, readOpenSockets } from '../procfs/open-sockets.ts';
import { type RunningProgram, readRunningProgram } from '../procfs/program.ts';
import { orNull, readBytes } from '../procfs/reader.ts';
import { hasSandboxRoot } from '../procfs/root-mount.ts';
import { type Lineage, type Namespaces, readLineage, readNamespaces } from '../procfs/self.ts';
import { readCgroupMembers, readSessionLeader, type SessionLeader } from '../procfs/sessions.ts';
import { type NamespaceSockets, readNamespaceSockets } from '../procfs/socket-table.ts';
import { Views } from '../procfs/views.ts';
import { readWaitedFor } from './left-waiting.ts';
import { type PackedInspection, packInspection, unpackInspection } from './pack.ts';

/** The task that is the same for all questions of a scan. `procPath` is absolute, because a helper changes its folder. */
export type Setup = InspectTask;

/** Facts about this host or guest that PID 1 shows, and the scanner's place in it. */
export interface Origin {
  namespaces: Namespaces;
  cgroup: CgroupLine[];
  evidence: InitEvidence;
  /** The scanner and its ancestors; empty if the scanned procfs does not show them. */
  lineage: Lineage[];
}

export interface Answers {
  inspect: Inspection;
  /** Asked about PID 1. */
  origin: Origin;
  /** Asked about a process that may be outdated; null if it ended, or its program cannot be read. */
  program: RunningProgram | null;
  /** Asked with the start time of the process. */
  sandboxRoot: boolean | null;
  /** Asked about a process that may be a helper of an earlier scan. */
  waitedFor: number | null;
  /** null if the process leads no session. */
  sessionLeader: SessionLeader | null;
  /** The processes of a cgroup itself. Asked about one of these processes, with the cgroup. */
  cgroupMembers: number[];
  /** The user who could choose the name of a cgroup. Asked about a process in it, with the cgroup. */
  cgroupUser: number | null;
  /** The processes of a cgroup, and of those below it. Asked about one of these processes, with the cgroup. */
  cgroupTree: number[] | null;
  openSockets: OpenSockets | null;
  /** The sockets of a network namespace. Asked about a process in it, with the namespace and the sockets to look for. */
  networkSockets: NamespaceSockets | null;
}

export type QuestionName = keyof Answers;

export interface Item {
  pid: number;
  /** Tells the process from a later one with the same PID; only for questions that need it. */
  startTicks?: number;
  cgroup?: Bytes;
  /** The text of the link ns/net. */
  network?: Bytes;
  /** Inodes of sockets. */
  inodes?: readonly number[];
}

/** Answers questions in its own process: a helper, or a test. */
export class Answerer {
  readonly #setup: Setup;
  readonly #scanner: number;
  readonly #views = new Views();
  #inspector: Inspector | null = null;

  /** @param scanner its pid in the scanned procfs; 0 if that procfs does not show it */
  constructor(setup: Setup, scanner: number) {
    this.#setup = setup;
    this.#scanner = scanner;
  }

  answer<N extends QuestionName>(name: N, item: Item): Answers[N] {
    return this.#answers[name](item);
  }

  close(): void {
    this.#views.close();
  }

  readonly #answers: { [N in QuestionName]: (item: Item) => Answers[N] } = {
    inspect: ({ pid }) => {
      this.#inspector ??= new Inspector(this.#setup, this.#views);
      return this.#inspector.inspect(pid);
    },
    origin: ({ pid }) => {
      const directory = `${this.#setup.procPath}/${pid}`;
      return {
        namespaces: readNamespaces(directory),
        cgroup: parseCgroup(orNull(() => readBytes(`${directory}/cgroup`)) ?? ''),
        evidence: readInitEvidence(this.#setup.procPath),
        lineage: readLineage(this.#setup.procPath, this.#scanner),
      };
    },
    program: ({ pid }) => readRunningProgram(this.#setup, pid, this.#views),
    sandboxRoot: ({ pid, startTicks }) => hasSandboxRoot(this.#setup.procPath, pid, startTicks ?? 0),
    waitedFor: ({ pid }) => readWaitedFor(this.#setup.procPath, pid),
    sessionLeader: ({ pid }) => readSessionLeader(this.#setup.procPath, pid),
    cgroupMembers: ({ pid, cgroup = '' }) => readCgroupMembers(cgroup, pid, this.#views.ownMounts),
    cgroupUser: ({ cgroup = '' }) => readUserAbove(cgroup, this.#views.ownMounts),
    cgroupTree: ({ pid, cgroup = '' }) => readCgroupTree(cgroup, pid, this.#views.ownMounts),
    openSockets: ({ pid }) => readOpenSockets(this.#setup.procPath, pid),
    networkSockets: ({ pid, network = '', inodes }) =>
      readNamespaceSockets(`${this.#setup.procPath}/${pid}`, network, new Set(inodes)),
  };
}

/** Packs an answer for JSON. */
export function packAnswer<N extends QuestionName>(name: N, answer: Answers[N]): unknown {
  return name === 'inspect' ? packInspection(answer as Inspection) : answer;
}

export function unpackAnswer<N extends QuestionName>(name: N, packed: unknown): Answers[N] {
  return (name === 'inspect' ? unpackInspection(packed as PackedInspection) : packed) as Answers[N];
}
