// The questions that a helper answers about one process, and the answers (answerer.ts). A read that may take a lock which the owner
// of a foreign process can hold must be a question here; docs/security.md has the table.

import type { Inspection, InspectTask } from '../deleted/inspect.ts';
import type { InitEvidence } from '../host/container.ts';
import type { Bytes } from '../procfs/bytes.ts';
import type { CgroupLine } from '../procfs/cgroup.ts';
import type { OpenSockets } from '../procfs/open-sockets.ts';
import type { RunningProgram } from '../procfs/program.ts';
import type { Lineage, Namespaces } from '../procfs/self.ts';
import type { SessionLeader } from '../procfs/sessions.ts';
import type { NamespaceSockets } from '../procfs/socket-table.ts';
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

/** Packs an answer for JSON. */
export function packAnswer<N extends QuestionName>(name: N, answer: Answers[N]): unknown {
  return name === 'inspect' ? packInspection(answer as Inspection) : answer;
}

export function unpackAnswer<N extends QuestionName>(name: N, packed: unknown): Answers[N] {
  return (name === 'inspect' ? unpackInspection(packed as PackedInspection) : packed) as Answers[N];
}
