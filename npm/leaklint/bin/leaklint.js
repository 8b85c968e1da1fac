#!/usr/bin/env node
// Starts the binary that npm installed for this machine, and ends as it ends.
'use strict';

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { version } = require('../package.json');

/** The package that holds the binary of this machine. */
function platformPackage() {
  const { platform, arch } = process;
  return `@leaklint/${platform}-${arch}${platform === 'linux' ? `-${libc()}` : ''}`;
}

/** Node knows which C library it runs on; asking `ldd` would start another process. */
function libc() {
  const { report } = process;
  if (!report) return 'gnu';
  // Without this Node looks up the names of all open connections first.
  report.excludeNetwork = true;
  return report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl';
}

/** The path of the binary, or nothing after saying why. */
function binary() {
  if (process.env.LEAKLINT_BINARY) return process.env.LEAKLINT_BINARY;
  const name = platformPackage();
  const file = process.platform === 'win32' ? 'leaklint.exe' : 'leaklint';
  try {
    return require.resolve(`${name}/${file}`);
  } catch {
    fail(
      `error: the package ${name} is not installed\n` +
        '  It holds the binary for this machine and is an optional dependency of leaklint. npm leaves it out with\n' +
        '  `--omit=optional`, and when a lock file was written on another system.\n' +
        `  Try: npm install --save-dev --include=optional leaklint@${version}\n` +
        '  Or set LEAKLINT_BINARY to the path of a binary that you built.',
    );
    return undefined;
  }
}

/** Exit code 2: the job could not be done. */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}

function run(path) {
  const child = spawn(path, process.argv.slice(2), { stdio: 'inherit' });
  // A terminal sends its signals to the binary as well; what is sent to this process alone is passed on.
  const signals = process.platform === 'win32' ? ['SIGINT'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const passOn = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  child.on('error', (error) => fail(`error: cannot start ${path}: ${error.message}`));
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, passOn);
    if (code !== null) process.exitCode = code;
    else if (process.platform === 'win32') process.exitCode = 2;
    else {
      // Whoever started this process sees the same end as if it had started the binary.
      process.exitCode = 128 + (constants.signals[signal] || 0);
      process.kill(process.pid, signal);
    }
  });
}

const path = binary();
if (path) run(path);
