// Waiting for something to become true that nobody announces.

import { setTimeout as sleep } from 'node:timers/promises';

/** @param what is said where it has not become true after half a minute */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error(`waited in vain: ${what}`);
}
