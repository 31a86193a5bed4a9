// Looks at a helper now and then -> how long the process that it reads has blocked it.

import type { Vitals } from './vitals.ts';

const tickMs = 10;

/** The most processor time for reading one process, in milliseconds. Even the most descriptors that a process can have take less. */
const mostWorkMs = 60_000;

/** The part of it that costs the owner nothing, in milliseconds. Only processes made for the purpose need more, and every user can make many. */
const freeWorkMs = 200;

/** A helper that cannot be seen (another PID namespace's procfs at /proc) gets this many times the deadline. */
const unseenFactor = 5;

export class Watch {
  #seen: Vitals | null = null;
  /** How long the process that the helper reads now has blocked it. */
  #blockedMs = 0;
  /** The helper's processor time before that process, in clock ticks. */
  #ticksBefore = 0;
  #excessTold = 0;
  #spentMs = 0;

  get vitals(): Vitals | null {
    return this.#seen;
  }

  /** Milliseconds that the helper has worked or was blocked. The time in which it waited for a processor is not in it. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** Begins anew: the helper gave an answer, or reads another process. */
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
   * @param vitals null if the helper cannot be seen
   * @param elapsed milliseconds since the last look
   * @returns whether the helper was blocked all that time, as far as can be seen
   */
  look(vitals: Vitals | null, elapsed: number): boolean {
    const before = this.#seen;
    this.#seen = vitals;
    if (before?.reads !== vitals?.reads) this.forget();
    if (vitals !== null && (before === null || !isBlocked(vitals, before))) {
      if (before !== null) this.#spentMs += (vitals.ticks - before.ticks) * tickMs;
      return false;
    }
    this.#blockedMs += elapsed;
    this.#spentMs += elapsed;
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

/** Whether the helper waits in the kernel and has not run since the last look. If it was stopped or waits for a processor, it is not blocked. */
function isBlocked({ state, ticks }: Vitals, before: Vitals): boolean {
  return (state === 'S' || state === 'D') && ticks === before.ticks;
}
