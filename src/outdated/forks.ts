// A main process and the other processes of its service -> those that run the program that the main process has loaded: its forks, as
// long as they have executed nothing. The kernel keeps that as a flag of each process: PF_FORKNOEXEC in proc_pid_stat(5).

interface Process {
  pid: number;
  /** The text of the exe link. */
  executable: string;
  identity: { stat: { ppid: number; onlyForked: boolean } };
}

export function withForks<P extends Process>(main: P, programs: readonly P[]): P[] {
  const members = [main];
  for (const parent of members) {
    const forks = programs.filter(
      ({ identity: { stat }, executable }) =>
        stat.ppid === parent.pid && stat.onlyForked && executable === main.executable,
    );
    members.push(...forks.filter((fork) => !members.includes(fork)));
  }
  return members;
}
