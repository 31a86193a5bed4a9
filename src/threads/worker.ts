// One more thread of a scan: inspects what the others leave it and answers once. Started by spread.ts.

import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Inspection, Inspector } from '../deleted/inspect.ts';
import { Views } from '../procfs/views.ts';
import { type Answer, Counter, inspectRest, type Start, type Work } from './share.ts';

function work({ counters, port }: Start): Answer {
  const views = new Views();
  try {
    const given = receiveMessageOnPort(port);
    if (given === undefined) throw new Error('there is no work');
    const { task, pids } = given.message as Work;
    const inspector = new Inspector(task, views);
    const inspections: [number, Inspection][] = [];
    inspectRest(
      pids,
      counters,
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

const start = workerData as Start;
const { counters, port } = start;
Atomics.wait(counters, Counter.given, 0);
Atomics.add(counters, Counter.busyWorkers, 1);
port.postMessage(work(start));
Atomics.sub(counters, Counter.busyWorkers, 1);
Atomics.notify(counters, Counter.busyWorkers);
