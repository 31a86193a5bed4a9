// Looks at a helper now and then -> how long the process that it reads has blocked it.

import type { Vitals } from './vitals.ts';

const tickMs = 10;

/** So much processor time may one process take, in milliseconds: the most descriptors that there can be take less. */
const mostWorkMs = 60_000;

/** So much of it is nobody's cost, in milliseconds. Only processes made for the purpose need more, and every user can make many. */
const freeWorkMs = 200;

/** If the helper cannot be seen (another PID namespace's procfs at /proc), so many times as long is waited. */
const unseenFactor = 5;

export class Watch {
  #seen: Vitals | null = null;
  /** For the process that it reads now: so long it has been blocked, and so much it had worked before. */
  #blockedMs = 0;
  #ticksBefore = 0;
  #excessTold = 0;

  get vitals(): Vitals | null {
    return this.#seen;
  }

  /** It got on: an answer came, or it reads another process. */
  forget(): void {
    this.#blockedMs = 0;
    this.#ticksBefore = this.#seen?.ticks ?? 0;
    this.#excessTold = 0;
  }

  /** Milliseconds of work beyond the free part, without those that an earlier call has returned. */
  takeExcess(): number {
    const excess = Math.max(0, this.#workedMs - freeWorkMs);
    const fresh = Math.max(0, excess - this.#excessTold);
    this.#excessTold += fresh;
    return fresh;
  }

  /**
   * @param vitals null if it cannot be seen
   * @param elapsed milliseconds since the last look
   * @returns whether it was blocked all that time, as far as can be seen
   */
  look(vitals: Vitals | null, elapsed: number): boolean {
    const before = this.#seen;
    this.#seen = vitals;
    if (before?.reads !== vitals?.reads) this.forget();
    if (vitals !== null && (before === null || !isBlocked(vitals, before))) return false;
    this.#blockedMs += elapsed;
    return true;
  }

  get isOverworked(): boolean {
    return this.#workedMs > mostWorkMs;
  }

  /** @param deadline milliseconds; a helper that works now and then is given as much again as it has worked */
  isOverdue(deadline: number): boolean {
    const allowed = this.#seen === null ? unseenFactor * deadline : deadline + this.#workedMs;
    return this.#blockedMs > allowed;
  }

  get #workedMs(): number {
    return ((this.#seen?.ticks ?? 0) - this.#ticksBefore) * tickMs;
  }
}

/** It waits in the kernel, and has done nothing since it was looked at last. One that was stopped, or waits to run, is not blocked. */
function isBlocked({ state, ticks }: Vitals, before: Vitals): boolean {
  return (state === 'S' || state === 'D') && ticks === before.ticks;
}
