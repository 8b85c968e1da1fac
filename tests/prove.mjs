// Decides from the outside what a fixture does to a Node process: does one more unit of work leave something behind?
//
//     node tests/prove.mjs [--jobs 2] fixtures/unbounded-cache/leak_module_map.mjs ...      one JSON line per fixture
//
// A fixture exports `step(i)` (one request; it may return a promise) or `peak(bytes, { file })` (one pass over a file
// of that many bytes). It may also export `gauge()` (a number that must not grow), `quiesceMs` (how long its timers
// need to settle), `maxSteps` and `verdict` (what a leak_ fixture is expected to be; LEAK when absent).
//
// LEAK  something grows with every step and goes on growing
// HANG  nearly all steps never finish, and nothing grows: a pending promise that nobody can reach is collected
// PEAK  nothing is kept, but the memory needed rises with the size of the input
// OK    none of these
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';

const SELF = fileURLToPath(import.meta.url);
const BUDGET_MS = 800;
const PATIENCE_MS = 250; // a step that takes longer hangs
const KILL_AFTER_MS = 40_000;
const ENOUGH_STEPS = 2500; // a bounded collection in an ok_ fixture must be full well before
const PEAK_SIZES = [16e6, 112e6];

// What counts as growth: per step, and in total over the three rounds that are compared. Counted things are exact, so
// few steps will do; bytes come in jumps, when tables double.
const COUNTED = { perStep: 0.4, total: 6, steady: 0.5 };
const FLOORS = {
  objects: { perStep: 0.4, total: 40, steady: 0.5 },
  heap: { perStep: 14, total: 24_000, steady: 0.1, inBytes: true },
  external: { perStep: 48, total: 24_000, steady: 0.5 },
  handles: COUNTED,
  files: COUNTED,
  threads: COUNTED,
  listeners: COUNTED,
  gauge: COUNTED,
};

// ---- parent: one process per fixture ---------------------------------------------------------------------------

async function main(args) {
  const at = args.indexOf('--jobs');
  const jobs = at < 0 ? 2 : Number(args.splice(at, 2)[1]);
  const work = async () => {
    while (args.length > 0) console.log(JSON.stringify(await prove(args.shift())));
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

async function prove(fixture) {
  const child = spawn(process.execPath, ['--expose-gc', '--no-warnings', SELF, fixture], {
    env: { ...process.env, PROVE_CHILD: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, so that whatever the fixture starts can be ended with it
  });
  let answer = '';
  let complaint = '';
  child.stdio[3].on('data', (data) => (answer += data));
  child.stderr.on('data', (data) => (complaint = (complaint + data).slice(-500)));
  const deadline = setTimeout(() => endGroup(child), KILL_AFTER_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(deadline);
  endGroup(child);
  if (answer.endsWith('\n')) return { fixture, ...JSON.parse(answer) };
  return { fixture, verdict: 'ERROR', evidence: `exit code ${code}: ${complaint.trim()}`, steps: 0 };
}

function endGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // all of them have ended
  }
}

// ---- child: measure --------------------------------------------------------------------------------------------

async function proveHere(file) {
  process.on('unhandledRejection', () => {}); // fixtures fail on purpose
  setInterval(() => {}, 1e6); // a fixture that hangs must not end the process
  const begun = performance.now();
  const fixture = await import(pathToFileURL(path.resolve(file)).href);
  const result = fixture.peak ? await judgePeak(fixture) : await judgeSteps(fixture);
  const ms = Math.round(performance.now() - begun);
  fs.writeSync(3, `${JSON.stringify({ expected: fixture.verdict, ...result, ms })}\n`);
  process.kill(process.pid, 'SIGKILL'); // no exit listeners, no waiting for what the fixture left open
}

/** Compares the highest use of memory at two sizes of input; the mark only rises, so the small size comes first. */
async function judgePeak(fixture) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leaklint-'));
  const file = path.join(folder, 'input');
  const highest = async (bytes) => {
    fs.writeFileSync(file, '');
    fs.truncateSync(file, bytes);
    await settle(1);
    await fixture.peak(bytes, { file });
    return process.resourceUsage().maxRSS * 1024;
  };
  try {
    await highest(1e6);
    const [small, large] = [await highest(PEAK_SIZES[0]), await highest(PEAK_SIZES[1])];
    const perByte = (large - small) / (PEAK_SIZES[1] - PEAK_SIZES[0]);
    const evidence = `${perByte.toFixed(2)} bytes of memory per byte of input`;
    return { verdict: perByte > 0.5 ? 'PEAK' : 'OK', evidence, steps: 3 };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function judgeSteps(fixture) {
  const runner = new Runner(fixture);
  await runner.warmUp();
  const rounds = new Rounds(fixture);
  await rounds.start();
  const begun = performance.now();
  let size = runner.stepsIn(60);
  let grown = [];
  for (let round = 1; ; round += 1) {
    await runner.run(size);
    await rounds.end(size);
    grown = rounds.grown();
    const spent = performance.now() - begun;
    const looked = runner.steps >= Math.min(ENOUGH_STEPS, runner.most) || spent > BUDGET_MS;
    // Growth by bytes alone may be tables that double: it must last longer than growth of counted things.
    const lasts = grown.some((metric) => !FLOORS[metric].inBytes) || (round >= 5 && rounds.steps > 4000);
    if (round >= 3 && looked && (grown.length === 0 || lasts || spent > 4 * BUDGET_MS)) break;
    size = Math.max(4, Math.ceil(Math.min(size * 1.5, runner.most - runner.steps, runner.stepsIn(200))));
  }
  const hanging = runner.hung / runner.steps > 0.9;
  const evidence = grown.map((metric) => `${metric} +${rounds.slope(metric).toFixed(2)} per step`);
  if (hanging) evidence.push('steps never finish');
  const verdict = grown.length > 0 ? 'LEAK' : hanging ? 'HANG' : 'OK';
  return { verdict, evidence: evidence.join(', '), steps: runner.steps };
}

/** Runs steps and notices those that never finish. */
class Runner {
  steps = 0;
  hung = 0;

  constructor(fixture) {
    this.fixture = fixture;
    this.most = fixture.maxSteps ?? Infinity;
  }

  /** Lets the engine compile, and lazy modules and pools come into being, before anything is counted. */
  async warmUp() {
    const begun = performance.now();
    const most = Math.min(500, this.most / 4);
    do await this.run(4);
    while (performance.now() - begun < 100 && this.steps < most && this.hung === 0);
    this.cost = Math.max(0.002, (performance.now() - begun) / this.steps);
  }

  stepsIn(ms) {
    return this.hung > 0 ? 40 : Math.max(4, Math.min(3000, Math.floor(ms / this.cost)));
  }

  async run(count) {
    // Once a step has hung, the others are started together: waiting for each in turn would take for ever.
    const together = this.hung > 0 ? count : 1;
    for (let done = 0; done < count; done += together) {
      const ends = await Promise.all(Array.from({ length: together }, () => this.step()));
      this.hung += ends.filter((inTime) => !inTime).length;
      if (this.steps % 32 === 0) await turn();
    }
  }

  /** Whether the step ended in time; a rejection is an end like any other. */
  async step() {
    const result = this.fixture.step(this.steps++);
    if (typeof result?.then !== 'function') return true;
    let timer;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, false)));
    const ended = Promise.resolve(result).then(() => true, () => true);
    const inTime = await Promise.race([ended, patience]);
    clearTimeout(timer);
    return inTime;
  }
}

/** What was counted after each round of steps, and what has grown steadily. */
class Rounds {
  list = [];
  noise = {};
  steps = 0;

  constructor(fixture) {
    this.fixture = fixture;
  }

  /** Rounds without work tell how much the numbers move on their own. */
  async start() {
    this.last = await this.count();
    for (let idle = 0; idle < 2; idle += 1) {
      const now = await this.count();
      for (const m in now) this.noise[m] = Math.max(this.noise[m] ?? 0, Math.abs(now[m] - this.last[m]));
      this.last = now;
    }
  }

  async end(steps) {
    const now = await this.count();
    const risen = Object.fromEntries(Object.keys(now).map((metric) => [metric, now[metric] - this.last[metric]]));
    this.list.push({ steps, risen });
    this.steps += steps;
    this.last = now;
  }

  slope(metric, rounds = this.list.slice(-3)) {
    const sum = (number) => rounds.reduce((total, round) => total + number(round), 0);
    return sum((round) => round.risen[metric]) / sum((round) => round.steps);
  }

  /** What rose in each of the last three rounds, steadily, by more than its floor and more than the noise. */
  grown() {
    const recent = this.list.slice(-3);
    const steps = recent.reduce((total, round) => total + round.steps, 0);
    return Object.entries(FLOORS).flatMap(([metric, { perStep, total, steady }]) => {
      const rates = recent.map((round) => this.slope(metric, [round]));
      const [least, most] = [Math.min(...rates), Math.max(...rates)];
      const rise = this.slope(metric) * steps;
      const enough = rise >= Math.max(perStep * steps, total, 2.5 * this.noise[metric]);
      return recent.length === 3 && least > 0 && least >= steady * most && enough ? [metric] : [];
    });
  }

  async count() {
    await settle(this.fixture.quiesceMs ?? 2);
    // Counting objects makes V8 collect as a last resort, which also empties what `gc()` keeps for speed: first of all.
    const objects = v8.queryObjects?.(Object, { format: 'count' }) ?? 0;
    const { heapUsed: heap, external } = process.memoryUsage();
    const handles = process.getActiveResourcesInfo().length;
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const [files, threads] = [entries('/dev/fd'), entries('/proc/self/task')];
    return { objects, heap, external, handles, files, threads, listeners, gauge: this.fixture.gauge?.() ?? 0 };
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Finalizers need turns of the loop, and what they free needs another collection. */
async function settle(ms) {
  for (let n = 0; n < 3; n += 1) {
    gc();
    await turn();
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  gc();
}

/** How many entries a folder has; 0 where the system has no such view of the process. */
function entries(folder) {
  try {
    return fs.readdirSync(folder).length;
  } catch {
    return 0;
  }
}

if (process.env.PROVE_CHILD) await proveHere(process.argv[2]);
else await main(process.argv.slice(2));
