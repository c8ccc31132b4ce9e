/** A refused or failed request, in words. */

import { en } from './en';
import { say, wordFor } from './words.svelte';

/** `code` and `status` as in the server's problem document (RFC 9457). */
export function problemWords({ code, status }: { code: string; status: number }): string {
  return Object.hasOwn(en, `problem.${code}`) ? wordFor('problem', code) : say('problem.other', { status });
}
