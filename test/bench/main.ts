// npm run bench [-- --workload NAME]... [--contender NAME]... [--runs N] [--quick]: measures lib-users beside the tools that people
// use today and the floor, in one run, and ends with 1 if a figure is past its bound. A whole run keeps its table in
// RESULTS.md.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/project.ts';
import { bounds, judgeFigures, type Lookup } from './bounds.ts';
import { contenderNames, prepareContender } from './contenders.ts';
import { describeLoad, describeMachine } from './machine.ts';
import { whileMade } from './made.ts';
import { compile } from './programs.ts';
import { runRounds } from './rounds.ts';
import { type Measured, renderBounds, renderCosts, renderFigures, renderMissing } from './table.ts';
import { type Workload, workloads } from './workloads.ts';

const usage = `npm run bench [-- --workload NAME]... [--contender NAME]... [--runs N] [--quick]
workloads: ${workloads.map(({ name }) => name).join(', ')}
contenders: ${contenderNames.join(', ')}`;

function parse() {
  const { values } = parseArgs({
    options: {
      workload: { type: 'string', multiple: true },
      contender: { type: 'string', multiple: true },
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
}

/** For machines that others use too, as those of CI: the most important figures, in a minute, with some allowance. */
const quick = {
  workloads: ['version', 'quiet', 'idle-500', 'idle-2000', 'affected-2000'],
  contenders: ['executable', 'node-20', 'newest-node', 'lib_users', 'lsof', 'floor'],
  runs: 9,
  allowance: 1.25,
};

function choose<T extends string>(what: string, names: readonly T[], wanted: readonly string[] | undefined): Set<T> {
  const unknown = wanted?.find((name) => !names.includes(name as T));
  if (unknown !== undefined) throw new Error(`no ${what} ${unknown}: one of ${names.join(', ')}`);
  return new Set(wanted ? names.filter((name) => wanted.includes(name)) : names);
}

const load = describeLoad();

async function main(): Promise<void> {
  const asked = parse();
  if (asked.help) return console.log(usage);
  if (process.geteuid?.() !== 0) throw new Error('the bench wants root: without it every tool sees less');
  const runs = asked.runs === undefined ? (asked.quick ? quick.runs : null) : Number(asked.runs);
  if (runs !== null && !(Number.isInteger(runs) && runs >= 1))
    throw new Error(`--runs ${asked.runs}: not a number of runs`);
  const chosen = choose(
    'workload',
    workloads.map(({ name }) => name),
    asked.workload ?? (asked.quick ? quick.workloads : undefined),
  );
  const contenders = await Promise.all(
    [...choose('contender', contenderNames, asked.contender ?? (asked.quick ? quick.contenders : undefined))].map(
      prepareContender,
    ),
  );
  const tools = { measure: compile('measure', '-static'), processes: compile('processes') };

  const measured: Measured & Map<Workload, unknown> = new Map();
  for (const workload of workloads.filter(({ name }) => chosen.has(name))) {
    console.error(`${workload.name}: ${workload.what}`);
    await whileMade(workload, tools.processes, async (folder, enter) => {
      const rounds = runs ?? workload.rounds;
      measured.set(
        workload,
        await runRounds(workload, contenders, { rounds, folder, measure: [...enter, tools.measure] }),
      );
    });
  }

  const of: Lookup = (name, contender, metric) =>
    [...measured].find(([workload]) => workload.name === name)?.[1].get(contender)?.[metric];
  const whole = !asked.quick && asked.workload === undefined && asked.contender === undefined && runs === null;
  const allowance = asked.quick ? quick.allowance : 1;
  const parts = [
    renderFigures(measured, contenders),
    renderMissing(contenders),
    renderCosts(of, contenders),
    renderBounds(whole ? bounds : bounds.filter(({ measure }) => measure(of) !== undefined), of),
  ];
  const table = parts.filter((part) => part !== '').join('\n');
  console.error(load);
  process.stdout.write(table);
  if (whole) writeFileSync(join(projectRoot, 'test/bench/RESULTS.md'), `${preface()}\n${table}`);

  const failures = judgeFigures(of, { whole, allowance });
  for (const failure of failures) console.error(failure);
  if (failures.length > 0) process.exitCode = 1;
}

function preface(): string {
  return `# The last \`npm run bench\`

${describeMachine()};
${load}.

Medians of whole processes, each contender once a round, in turning order; standard output to /dev/null. CPU is user and system
time, peak is the largest resident set (ru_maxrss). lib-users runs \`scan --format json --no-config\`: as the executable that
\`npm run pack\` packs, and as the one file of the npm package. lib_users and fd_users are the newest that PyPI has (0.15 is not
there), run by the system's own Python; needrestart only lists (\`-r l\`). The floor is [floor.c](floor.c). What holds the
bounds that are missed: [docs/performance.md](../../docs/performance.md).
`;
}

await main().catch((error: Error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
});
