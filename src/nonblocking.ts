// A system call on a stream that another program has set to O_NONBLOCK -> its result, as if the stream were a blocking one.
// Programs that share a pipe or a terminal share this flag, too. fcntl(2), read(2), write(2)

const pauseMs = 5;

/** Calls again, after a pause, as long as the answer is EAGAIN. */
export function untilReady<T>(call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
