// Decides what a fixture does to a Node process, from the outside: does one more unit of work leave something behind?
//
//     node tests/prove.mjs [--jobs 2] fixtures/unbounded-cache/leak_module_map.mjs ...      one JSON line per fixture
//
// A fixture exports `step(i, ctx)` (one request; it may return a promise) or `peak(bytes, { file })` (one pass over a
// file of that many bytes). It may also export `gauge()` (a number that must not grow), `quiesceMs` (how long its
// timers need to settle), `maxSteps` and `verdict` (what a leak_ fixture is expected to be; default LEAK).
//
// Verdicts:  LEAK  something grows with every step and goes on growing
//            HANG  nearly all steps never finish, and nothing grows: an unreachable pending promise is collected
//            PEAK  nothing is kept, but the memory needed rises with the size of the input
//            OK    none of these
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const BUDGET_MS = Number(process.env.PROVE_BUDGET_MS ?? 800);
const PATIENCE_MS = 250; // a step that takes longer than this counts as hanging
const KILL_AFTER_MS = 40_000;
const ENOUGH_STEPS = 2500; // a bounded collection in an ok_ fixture must be full well before
const PEAK_SIZES = [16e6, 112e6];

// What counts as growth: per step, and in total over the three rounds that are compared.
const COUNTER = { perStep: 0.4, total: 6 };
const FLOORS = {
  objects: { perStep: 0.4, total: 40 },
  heap: { perStep: 14, total: 24_000, soft: true },
  external: { perStep: 48, total: 24_000 },
  handles: COUNTER,
  files: COUNTER,
  threads: COUNTER,
  listeners: COUNTER,
  gauge: COUNTER,
};

// ---- parent: one process per fixture --------------------------------------------------------------------------

async function main(args) {
  const at = args.indexOf('--jobs');
  const jobs = at < 0 ? 2 : Number(args.splice(at, 2)[1]);
  const worker = async () => {
    while (args.length > 0) console.log(JSON.stringify(await prove(args.shift())));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

function prove(fixture) {
  const started = Date.now();
  const child = spawn(process.execPath, ['--expose-gc', '--no-warnings', SELF, fixture], {
    env: { ...process.env, PROVE_CHILD: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, so that whatever the fixture starts can be ended with it
  });
  let answer = '';
  let complaint = '';
  child.stdio[3].on('data', (data) => (answer += data));
  child.stderr.on('data', (data) => (complaint = (complaint + data).slice(-500)));
  const endGroup = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // the group is gone already
    }
  };
  const deadline = setTimeout(endGroup, KILL_AFTER_MS);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      endGroup();
      let result = { verdict: 'ERROR', evidence: `${code ?? signal} ${complaint.trim()}`, steps: 0 };
      if (answer.endsWith('\n')) result = JSON.parse(answer);
      resolve({ fixture, ...result, ms: Date.now() - started });
    });
  });
}

// ---- child: measure -------------------------------------------------------------------------------------------

async function proveHere(file) {
  process.on('unhandledRejection', () => {}); // fixtures fail on purpose
  setInterval(() => {}, 1e6); // a fixture that hangs must not end the process
  const fixture = await import(pathToFileURL(path.resolve(file)).href);
  const result = fixture.peak ? await judgePeak(fixture) : await judgeSteps(fixture);
  fs.writeSync(3, JSON.stringify({ expected: fixture.verdict ?? null, ...result }) + '\n');
  process.kill(process.pid, 'SIGKILL'); // no exit listeners, no waiting for what the fixture left open
}

/** Compares the high-water mark of memory at two input sizes; the mark only rises, so the small size comes first. */
async function judgePeak(fixture) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'leaklint-'));
  const highest = async (bytes) => {
    const file = path.join(folder, 'input');
    fs.writeFileSync(file, '');
    fs.truncateSync(file, bytes);
    await settle(1);
    await fixture.peak(bytes, { file });
    return process.resourceUsage().maxRSS * 1024;
  };
  try {
    await highest(1e6);
    const small = await highest(PEAK_SIZES[0]);
    const large = await highest(PEAK_SIZES[1]);
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
  const spent = () => performance.now() - begun;
  let size = runner.stepsIn(60);
  let grown = [];
  for (let n = 1; ; n += 1) {
    await runner.run(size);
    await rounds.end(size);
    grown = rounds.grown();
    if (n < 3) continue;
    // Growth by bytes alone may be hash tables that double: it must last longer than growth of counted things.
    const certain = grown.some((metric) => !FLOORS[metric].soft) || (grown.length > 0 && n >= 5 && rounds.steps > 4000);
    const seen = runner.steps >= ENOUGH_STEPS || runner.steps >= runner.most || spent() > BUDGET_MS;
    if (seen && (grown.length === 0 || certain)) break;
    if (spent() > 4 * BUDGET_MS) break;
    size = Math.ceil(Math.min(size * 1.5, Math.max(4, runner.most - runner.steps), runner.stepsIn(200)));
  }
  const hanging = runner.hung / runner.steps > 0.9;
  const verdict = grown.length > 0 ? 'LEAK' : hanging ? 'HANG' : 'OK';
  const evidence = grown.map((metric) => `${metric} +${rounds.slope(metric).toFixed(2)} per step`);
  if (hanging) evidence.push('steps never finish');
  return { verdict, evidence: evidence.join(', '), steps: runner.steps };
}

/** Runs steps and notices those that never finish. */
class Runner {
  steps = 0;
  hung = 0;
  cost = 0.01; // milliseconds per step

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
      const running = Array.from({ length: together }, () => this.step());
      if (this.steps % 32 === 0) await turn();
      const late = (await Promise.all(running)).filter((finished) => !finished).length;
      this.hung += late;
    }
  }

  /** Whether the step finished in time; a rejection is an end like any other. */
  async step() {
    const result = this.fixture.step(this.steps++, {});
    if (typeof result?.then !== 'function') return true;
    let timer;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, false)));
    const finished = Promise.resolve(result).then(() => true, () => true);
    const inTime = await Promise.race([finished, patience]);
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

  /** Two rounds without work tell how much the numbers move on their own. */
  async start() {
    this.last = await this.snapshot();
    for (let n = 0; n < 2; n += 1) {
      const now = await this.snapshot();
      for (const m in now) this.noise[m] = Math.max(this.noise[m] ?? 0, Math.abs(now[m] - this.last[m]));
      this.last = now;
    }
  }

  async end(steps) {
    const now = await this.snapshot();
    const delta = Object.fromEntries(Object.keys(now).map((m) => [m, now[m] - this.last[m]]));
    this.list.push({ steps, delta });
    this.steps += steps;
    this.last = now;
  }

  slope(metric) {
    const recent = this.list.slice(-3);
    const steps = recent.reduce((sum, round) => sum + round.steps, 0);
    return recent.reduce((sum, round) => sum + round.delta[metric], 0) / steps;
  }

  /** Metrics that rose in each of the last three rounds, by more than their floor and more than the noise. */
  grown() {
    const recent = this.list.slice(-3);
    if (recent.length < 3) return [];
    const steps = recent.reduce((sum, round) => sum + round.steps, 0);
    return Object.keys(FLOORS).filter((metric) => {
      const { perStep, total, soft } = FLOORS[metric];
      const rates = recent.map((round) => round.delta[metric] / round.steps);
      const sum = this.slope(metric) * steps;
      const steady = Math.min(...rates) >= (soft ? 0.1 : 0.5) * Math.max(...rates);
      return Math.min(...rates) > 0 && steady && sum >= perStep * steps && sum >= Math.max(total, 2.5 * this.noise[metric]);
    });
  }

  async snapshot() {
    await settle(this.fixture.quiesceMs ?? 2);
    const objects = await countObjects();
    const { heapUsed, external } = process.memoryUsage();
    return {
      objects,
      heap: heapUsed,
      external,
      handles: process.getActiveResourcesInfo().length,
      files: entries('/dev/fd'),
      threads: entries('/proc/self/task'),
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      gauge: this.fixture.gauge?.() ?? 0,
    };
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Finalizers need turns of the loop, and what they free needs another collection. */
async function settle(ms) {
  for (let n = 0; n < 3; n += 1) {
    gc();
    await turn();
    await pause(ms);
  }
  gc();
}

/** Counting every object makes V8 do a last-resort collection, which also empties what `gc()` keeps for speed. */
async function countObjects() {
  const { queryObjects } = await import('node:v8');
  return queryObjects?.(Object, { format: 'count' }) ?? 0;
}

function entries(folder) {
  try {
    return fs.readdirSync(folder).length;
  } catch {
    return 0; // no such view of the process on this system
  }
}

if (process.env.PROVE_CHILD) await proveHere(process.argv[2]);
else await main(process.argv.slice(2));
