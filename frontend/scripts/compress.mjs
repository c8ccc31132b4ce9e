// Writes a .gz beside each large file of the built front end; the server sends it to browsers that take gzip.
// Ends in failure where the code has outgrown what a slow link should have to carry.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const built = join(dirname(fileURLToPath(import.meta.url)), '../dist');
/** Below this one packet carries it either way. */
const SMALLEST = 1400;
/** Fonts and pictures are compressed in themselves. */
const TEXT = /\.(css|html|js|json|mjs|svg)$/;
const CODE = /\.(css|js|mjs)$/;
/** The words, a file a language: English is loaded, and one of the others at most. */
const WORDS = /^(ar|en|es|fr|ru|zh)-/;
/** Bytes of all code, compressed; words are no code. */
const MOST_CODE = 750_000;

let code = 0;
for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  if (plain.length < SMALLEST) continue;
  const small = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION });
  writeFileSync(`${path}.gz`, small);
  if (CODE.test(entry.name) && !WORDS.test(entry.name)) code += small.length;
}
console.log(`code: ${code} bytes compressed, of ${MOST_CODE} at most`);
if (code > MOST_CODE) process.exitCode = 1;
