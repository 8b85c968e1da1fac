// Makes the tarballs for npm: the main package, and one for each platform whose binary is given.
//
//   node npm/pack.mjs OUT x86_64-unknown-linux-gnu=target/release/leaklint [TARGET=BINARY ..]
//
// Prints the tarballs, one on each line. `host` as TARGET is the machine that this runs on.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const platforms = read(join(here, 'platforms.json'));
const main = read(join(here, 'leaklint/package.json'));

/** The row of platforms.json for a target of rustc. */
function platform(target) {
  const libc = process.report?.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  const host = (row) =>
    row.os === process.platform && row.cpu === process.arch && (row.libc === undefined || row.libc === libc);
  const found = platforms.find(target === 'host' ? host : (row) => row.target === target);
  if (!found) throw new Error(`no platform for ${target}: platforms.json has ${platforms.map((row) => row.target).join(', ')}`);
  return found;
}

/** Packs a folder into `out` and gives the path of the tarball. */
function pack(folder, out) {
  const windows = process.platform === 'win32';
  const arguments_ = ['pack', '--json', '--pack-destination', out];
  const printed = execFileSync(windows ? 'npm.cmd' : 'npm', arguments_, { cwd: folder, encoding: 'utf8', shell: windows });
  const said = JSON.parse(printed);
  const [entry] = Array.isArray(said) ? said : Object.values(said);
  return join(out, basename(entry.filename));
}

function mainPackage(scratch) {
  const folder = join(scratch, 'leaklint');
  cpSync(join(here, 'leaklint'), folder, { recursive: true });
  for (const file of ['README.md', 'LICENSE']) cpSync(join(top, file), join(folder, file));
  return folder;
}

function platformPackage(scratch, target, binary) {
  const row = platform(target);
  const folder = join(scratch, row.target);
  const file = row.os === 'win32' ? 'leaklint.exe' : 'leaklint';
  mkdirSync(folder, { recursive: true });
  cpSync(binary, join(folder, file));
  chmodSync(join(folder, file), 0o755);
  cpSync(join(top, 'LICENSE'), join(folder, 'LICENSE'));
  const manifest = {
    name: row.name,
    version: main.version,
    description: `The binary of leaklint for ${row.target}`,
    license: main.license,
    os: [row.os],
    cpu: [row.cpu],
    ...(row.libc && { libc: [row.libc] }),
    files: [file, 'LICENSE'],
    preferUnplugged: true,
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

const [out, ...binaries] = process.argv.slice(2);
if (!out || binaries.length === 0) {
  process.stderr.write('usage: node npm/pack.mjs OUT TARGET=BINARY [TARGET=BINARY ..]\n');
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), 'leaklint-npm-'));
try {
  mkdirSync(out, { recursive: true });
  const folders = [mainPackage(scratch)];
  for (const pair of binaries) {
    const at = pair.indexOf('=');
    if (at < 0) throw new Error(`${pair} is not TARGET=BINARY`);
    folders.push(platformPackage(scratch, pair.slice(0, at), resolve(pair.slice(at + 1))));
  }
  for (const folder of folders) process.stdout.write(`${pack(folder, resolve(out))}\n`);
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
