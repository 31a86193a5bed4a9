// /proc/PID/fd and /proc/PID/ns/net -> the sockets that a process holds, and its network namespace. proc_pid_fd(5): the link of a
// socket is `socket:[INODE]`.

import { OpenProcess } from './process.ts';
import { troubleOf } from './reader.ts';

export interface OpenSockets {
  /** The text of the link ns/net; null if the process has ended. */
  network: string | null;
  /** Inodes of sockets of any kind, each once. */
  inodes: number[];
}

/** A process that holds more sockets than this counts as one that could not be read. */
const mostSockets = 100_000;

const ended: OpenSockets = { network: null, inodes: [] };

/** Returns null if the process could not be read. A process that has ended holds nothing. */
export function readOpenSockets(procPath: string, pid: number): OpenSockets | null {
  try {
    return readFrom(procPath, pid, false) ?? readFrom(procPath, pid, true) ?? ended;
  } catch (error) {
    return troubleOf(error) === 'vanished' ? ended : null;
  }
}

/**
 * Returns null if the leader has exited, so that nothing is left in its own folder; then its threads may hold what it held.
 * Throws what node:fs throws.
 */
function readFrom(procPath: string, pid: number, leaderExited: boolean): OpenSockets | null {
  const process = new OpenProcess(procPath, pid, leaderExited);
  try {
    const { state, threads } = process.readStat();
    if (state === 'Z' && !leaderExited) return threads > 1 ? null : ended;
    const network = process.readNetworkNamespace();
    const inodes = process.readSocketInodes();
    if (inodes.length > mostSockets) throw Object.assign(new Error('too many sockets'), { code: 'E2BIG' });
    // Throws if the process has ended meanwhile, because its pid may be another one's by now.
    process.readStat();
    return { network, inodes };
  } finally {
    process.close();
  }
}
