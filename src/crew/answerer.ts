// A question about one process -> its answer, read in this very process: a helper of the scan, or a test. The scan itself must not
// load this file, because it reads nothing of a foreign process, and because loading takes time.

import { Inspector } from '../deleted/inspect.ts';
import { readInitEvidence } from '../host/container.ts';
import { parseCgroup } from '../procfs/cgroup.ts';
import { readUserAbove } from '../procfs/cgroup-folders.ts';
import { readCgroupTree } from '../procfs/cgroup-tree.ts';
import { readOpenSockets } from '../procfs/open-sockets.ts';
import { readRunningProgram } from '../procfs/program.ts';
import { orNull, readBytes } from '../procfs/reader.ts';
import { hasSandboxRoot } from '../procfs/root-mount.ts';
import { readLineage, readNamespaces } from '../procfs/self.ts';
import { readCgroupMembers, readSessionLeader } from '../procfs/sessions.ts';
import { readNamespaceSockets } from '../procfs/socket-table.ts';
import { Views } from '../procfs/views.ts';
import { compileAsUsual } from './jit.ts';
import { readWaitedFor } from './left-waiting.ts';
import type { Answers, Item, QuestionName, Setup } from './questions.ts';

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

  /** @param folder a path to the process's folder that is shorter than its path in procfs; undefined if there is none */
  answer<N extends QuestionName>(name: N, item: Item, folder?: string): Answers[N] {
    return this.#answers[name](item, folder);
  }

  close(): void {
    this.#views.close();
  }

  readonly #answers: { [N in QuestionName]: (item: Item, folder?: string) => Answers[N] } = {
    inspect: ({ pid }, folder) => {
      this.#inspector ??= new Inspector(this.#setup, this.#views, compileAsUsual);
      return this.#inspector.inspect(pid, folder);
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
