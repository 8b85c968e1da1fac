// Decides from the outside what a fixture does to a Node process: does one more unit of work leave something behind?
//
//     node tests/prove.mjs [--jobs 2] fixtures/unbounded-cache/leak_module_map.mjs ...      one JSON line per fixture
//     PROVE_PATIENCE=5 node ...                                            five times as much time for each of them
//
// A fixture exports `step(i)` (one request; it may return a promise) or `peak(bytes, { file })` (one pass over a file
// of that many bytes). It may also export `gauge()` (a number that must not grow), `quiesceMs` (how long its timers
// need to settle), `maxSteps` and `verdict` (what a leak_ fixture is expected to be; LEAK when absent).
//
// LEAK  something grows with every step and goes on growing
// HANG  nearly all steps never finish, and nothing grows: a pending promise that nobody holds is collected
// PEAK  nothing is kept, but the memory needed rises with the size of the input
// OK    none of these
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';

const SELF = fileURLToPath(import.meta.url);
const PATIENCE = Number(process.env.PROVE_PATIENCE ?? 1); // how much longer all may take, on a busy machine
const BUDGET_MS = 600 * PATIENCE;
const PATIENCE_MS = 200 * PATIENCE; // a step that takes longer hangs
const ENOUGH_STEPS = 2500; // a bounded collection in an ok_ fixture must be full well before
const PEAK_SIZES = [16e6, 112e6];

// What counts as growth: per step, and in total over the rounds that are compared.
const FLOORS = {
  objects: { perStep: 0.4, total: 40 },
  heap: { perStep: 40, total: 150_000, inBytes: true },
  external: { perStep: 48, total: 24_000 },
};
for (const counter of ['handles', 'files', 'threads', 'listeners', 'gauge']) FLOORS[counter] = { perStep: 0.4, total: 6 };

// ---- parent: one process per fixture ---------------------------------------------------------------------------

async function main(args) {
  const at = args.indexOf('--jobs');
  const jobs = at < 0 ? 2 : Number(args.splice(at, 2)[1]);
  await Promise.all(Array.from({ length: jobs }, async () => {
    while (args.length > 0) console.log(JSON.stringify(await prove(args.shift())));
  }));
}

async function prove(fixture) {
  const child = spawn(process.execPath, ['--expose-gc', '--no-warnings', SELF, fixture], {
    env: { ...process.env, PROVE_CHILD: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own
  });
  let [answer, complaint] = ['', ''];
  child.stdio[3].on('data', (data) => (answer += data));
  child.stderr.on('data', (data) => (complaint = (complaint + data).slice(-500)));
  // Kills what the fixture has started, too.
  const endGroup = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {} // all of them have ended
  };
  const deadline = setTimeout(endGroup, 40_000 * PATIENCE);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(deadline);
  endGroup();
  if (answer.endsWith('\n')) return { fixture, ...JSON.parse(answer) };
  return { fixture, verdict: 'ERROR', evidence: `exit code ${code}: ${complaint.trim()}`, steps: 0 };
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
    await settle(2);
    await fixture.peak(bytes, { file });
    return process.resourceUsage().maxRSS * 1024;
  };
  try {
    await highest(1e6);
    const small = await highest(PEAK_SIZES[0]);
    const perByte = ((await highest(PEAK_SIZES[1])) - small) / (PEAK_SIZES[1] - PEAK_SIZES[0]);
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
  let size = runner.stepsIn(30);
  let grown = [];
  for (let round = 1; ; round += 1) {
    await runner.run(size);
    await rounds.end(size);
    grown = rounds.grown();
    const spent = performance.now() - begun;
    const looked = runner.steps >= Math.min(ENOUGH_STEPS, runner.most) || spent > BUDGET_MS;
    // Counted things are exact, so a few rounds will do. Bytes are not: they count after many steps or not at all.
    const certain = round >= 5 && rounds.steps > 3500;
    const inBytes = grown.length > 0 && grown.every((metric) => FLOORS[metric].inBytes);
    const late = spent > 3 * BUDGET_MS;
    if (late && inBytes) grown = [];
    if (late || (round >= 3 && looked && (!inBytes || certain))) break;
    size = Math.max(4, Math.ceil(Math.min(size * 1.5, runner.most - runner.steps, runner.stepsIn(100))));
  }
  const evidence = grown.map((metric) => `${metric} +${rounds.slope(metric).toFixed(2)} per step`);
  if (runner.hangs()) evidence.push('steps never finish');
  return { verdict: grown.length > 0 ? 'LEAK' : runner.hangs() ? 'HANG' : 'OK', evidence: evidence.join(', '), steps: runner.steps };
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
    do await this.run(1);
    while (performance.now() - begun < 60 && this.steps < most);
    this.cost = Math.max(0.002, (performance.now() - begun) / this.steps);
  }

  stepsIn(ms) {
    return this.hangs() ? 40 : Math.max(4, Math.min(1500, Math.floor(ms / this.cost)));
  }

  hangs() {
    return this.hung > 0.9 * this.steps;
  }

  async run(count) {
    // When steps hang they are started together: waiting for each in turn would take for ever.
    const together = this.steps > 0 && this.hangs() ? count : 1;
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
    const timer = new AbortController();
    const late = pause(PATIENCE_MS, false, { signal: timer.signal }).catch(() => false);
    const inTime = await Promise.race([Promise.resolve(result).then(() => true, () => true), late]);
    timer.abort();
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

  /** A round without work tells how much the numbers move on their own. */
  async start() {
    const before = await this.count();
    this.last = await this.count();
    for (const metric in before) this.noise[metric] = Math.abs(this.last[metric] - before[metric]);
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

  /** What rose steadily, by more than its floor and more than the noise. */
  grown() {
    if (this.list.length < 3) return [];
    return Object.entries(FLOORS).flatMap(([metric, { perStep, total, inBytes }]) => {
      // Bytes come in jumps, when tables double: look at all rounds, and forgive one that fell.
      const rounds = inBytes ? this.list : this.list.slice(-3);
      const rates = rounds.map((round) => this.slope(metric, [round]));
      const steady = inBytes
        ? rates.filter((rate) => rate <= 0).length <= 1
        : Math.min(...rates) > 0 && Math.min(...rates) >= 0.5 * Math.max(...rates);
      const steps = rounds.reduce((sum, round) => sum + round.steps, 0);
      const rise = this.slope(metric, rounds) * steps;
      return steady && rise >= Math.max(perStep * steps, total, this.noise[metric]) ? [metric] : [];
    });
  }

  async count() {
    await settle(this.fixture.quiesceMs ?? 2);
    // Counting objects makes V8 collect as a last resort, which also empties what `gc()` keeps for speed: first of all.
    const objects = v8.queryObjects?.(Object, { format: 'count' }) ?? 0;
    const { heapUsed: heap, external } = process.memoryUsage();
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const [handles, files] = [process.getActiveResourcesInfo().length, entries('/dev/fd')];
    const threads = entries('/proc/self/task');
    return { objects, heap, external, handles, files, threads, listeners, gauge: this.fixture.gauge?.() ?? 0 };
  }
}

/** Finalizers need turns of the loop, and what they free needs another collection. */
async function settle(ms) {
  for (let n = 0; n < 2; n += 1) {
    gc();
    await turn();
    await pause(ms);
  }
}

/** How many entries a folder has; 0 where the system has no such view of the process. */
const entries = (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder).length : 0);

if (process.env.PROVE_CHILD) await proveHere(process.argv[2]);
else await main(process.argv.slice(2));
