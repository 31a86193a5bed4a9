// The journal of a machine, and its list of timers -> how often each timer's service and each cron job ran.

type Count = [name: string, runs: number];

function count(lines: Iterable<string>): Count[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].sort();
}

/** `units` has each service that a timer of the list activates, also if it never ran; `runs` has the commands of cron. */
export function countRuns(journal: string, timers: string): { units: Count[]; runs: Count[] } {
  const services = new Set(timers.match(/\S+\.service\b/g));
  const lines = journal.split('\n');
  const started = lines.flatMap((line) => /systemd\[1\]: (?:Starting|Started) (\S+\.service)\b/.exec(line)?.[1] ?? []);
  // A oneshot service is "Starting" and then "Finished"; any other one is only "Started", or "Starting" and then "Started".
  const begun = lines.flatMap((line) => /systemd\[1\]: Starting (\S+\.service)\b/.exec(line)?.[1] ?? []);
  const units = count(
    [...services].flatMap((name) => (begun.includes(name) ? begun : started).filter((each) => each === name)),
  );
  const never = [...services].filter((name) => !units.some(([unit]) => unit === name)).map((name): Count => [name, 0]);
  const runs = count(lines.flatMap((line) => /CRON\[\d+\]: (\(\S+\) CMD \(.*\))/.exec(line)?.[1] ?? []));
  return { units: [...units, ...never], runs };
}
