// The facts about the main process of a service that decide whether it is outdated.

/** The main process of a service of the host itself. */
export interface MainProcess {
  unit: string;
  /** The program that it runs, without the mark of a gone file. */
  program: string;
  /** NUL-separated. It only takes a suspicion away: see isToldOtherwise. */
  commandLine: string;
  /** Whether the program is gone. Then a finding says so, and nothing is said of it here. */
  isGone: boolean;
  /** See RunningProgram. */
  beganAt: number | null;
  /** When the oldest of its forks began, in milliseconds since the epoch; null if it has none, or that is not known. */
  oldestForkAt: number | null;
}
