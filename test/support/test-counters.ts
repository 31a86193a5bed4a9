// What a run of the hostile tests did, as numbers: `npm run test:hostile` adds them up over all files and prints them.

import { appendFileSync } from 'node:fs';

/** Adds to a figure of the run, as in figure('scans', 20). */
export function figure(name: string, count: number): void {
  const path = process.env.LIB_USERS_FIGURES;
  if (path) appendFileSync(path, `${count} ${name}\n`);
}
