// One more thread of a scan: inspects what the others leave it and answers once. Started by spread.ts.

import { type parentPort, workerData } from 'node:worker_threads';
import { Inspector } from '../deleted/inspect.ts';
import { Views } from '../procfs/views.ts';
import { type Answer, Counter, inspectRest, type Share } from './share.ts';

function work({ task, pids, counters }: Share): Answer {
  const views = new Views();
  try {
    const inspector = new Inspector(task, views);
    const inspections: [number, ReturnType<Inspector['inspect']>][] = [];
    inspectRest(
      { pids, counters },
      (pid) => inspector.inspect(pid),
      (index, inspection) => inspections.push([index, inspection]),
    );
    return { inspections };
  } catch (error) {
    return { defect: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    views.close();
  }
}

const share = workerData as Share & { port: NonNullable<typeof parentPort> };
Atomics.add(share.counters, Counter.busyWorkers, 1);
share.port.postMessage(work(share));
Atomics.sub(share.counters, Counter.busyWorkers, 1);
Atomics.notify(share.counters, Counter.busyWorkers);
