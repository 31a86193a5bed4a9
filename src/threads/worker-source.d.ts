// What a thread runs is the program itself; where that is, whoever bundles or launches it knows.
declare module 'lib-users:worker' {
  /** JavaScript that runs src/threads/worker.ts, or null where there are no threads. */
  export const source: string | null;
}
