// A process -> the program that it runs, and a time at which it had not yet begun to run it. exec(2) keeps the start of a process, but
// it maps the program and the loader anew: a process that maps a file cannot have begun to run it before the file was born.
// proc_pid_exe(5), proc_pid_maps(5), ld.so(8), statx(2).

import type { BigIntStats } from 'node:fs';
import type { Bytes } from './bytes.ts';
import type { MountOf } from './live-mounts.ts';
import type { Mapping } from './maps.ts';
import { type Identity, OpenProcess } from './process.ts';
import { orNull } from './reader.ts';
import type { Views } from './views.ts';

export interface RunningProgram {
  pid: number;
  identity: Identity;
  /** The text of the exe link. */
  executable: Bytes;
  /** The latest known time at which the process did not run its program yet, in milliseconds since the epoch; null if none is known. */
  beganAt: number | null;
  /** The process's root as the scanner sees it; null if it could not be read. */
  root: Bytes | null;
  /** The current folder; null if it could not be read. */
  folder: Bytes | null;
}

export interface ProgramTask {
  procPath: string;
  /** Time at which the boot clock was 0, in nanoseconds since the epoch; null if it is not known. */
  bootedAtNs: bigint | null;
  clockTicksPerSecond: number;
}

/** Returns null if the process ended, or ran another program meanwhile, or its program cannot be read. */
export function readRunningProgram(task: ProgramTask, pid: number, views: Views): RunningProgram | null {
  return orNull(() => {
    const process = new OpenProcess(task.procPath, pid);
    try {
      const executable = process.readExecutable();
      if (executable === null) return null;
      const identity = process.readIdentity();
      const born = birthsOfImage(process, (fd, id) => mountOf(process, views, fd, id));
      const started = startOf(identity, task);
      const beganAt = started === null ? null : Math.max(started, ...born);
      const running = { pid, identity, executable, beganAt, root: process.readRoot(), folder: process.readFolder() };
      return process.stillRuns(executable) ? running : null;
    } finally {
      process.close();
    }
  });
}

/** The process's mounts are read only for a file that is not on our own. */
function mountOf(process: OpenProcess, views: Views, ...[fd, id]: Parameters<MountOf>): ReturnType<MountOf> {
  return views.own.live.mountOf(fd, id) ?? views.of(process).live.mountOf(fd, id);
}

/** The start is rounded down to a tick, so the process started before the next tick. */
function startOf({ stat }: Identity, { bootedAtNs, clockTicksPerSecond }: ProgramTask): number | null {
  return bootedAtNs === null ? null : toMs(bootedAtNs) + ((stat.startTicks + 1) / clockTicksPerSecond) * 1000;
}

function birthsOfImage(process: OpenProcess, mounts: MountOf): number[] {
  const loader = process.findMapping('/ld', isLoader);
  const images = [
    process.glimpseExecutable(mounts),
    loader === null ? null : process.glimpseMapping(loader.range, mounts),
  ];
  return images.flatMap((image) => (image?.stat ? birthOf(image.stat) : []));
}

const isLoader = ({ path }: Mapping): boolean => /\/ld[-.0-9a-z_]*\.so[.0-9]*(?: \(deleted\))?$/i.test(path);

/** A file system that keeps no births says 0. */
function birthOf({ birthtimeNs }: BigIntStats): number[] {
  return birthtimeNs > 0n ? [toMs(birthtimeNs)] : [];
}

const toMs = (ns: bigint): number => Number(ns / 1_000_000n);
