/** The shell that asks the server for the past: one picture, or a stretch of it frame by frame. Decides nothing. */

import type { ServerFrame, Snapshot } from '../protocol/frames';
import { type Answer, call, noAnswer, problemOf } from '../session/http';
import type { Stretch } from './reel';

/** With what knowledge: of then, or of now. */
export type Knowledge = 'known' | 'corrected';

/** A scrubbed picture follows from nothing, and nothing from it. */
const EPOCH = 'past';

function instant(ms: number): string {
  return encodeURIComponent(new Date(ms).toISOString());
}

/** The whole picture at an instant, as a frame that can be folded like those of the live stream. */
export async function pictureAt(atMs: number, knowledge: Knowledge): Promise<Answer<Snapshot>> {
  const answer = await call('GET', `/picture?at=${instant(atMs)}&as=${knowledge}`);
  if (!answer.ok) return answer;
  return { ok: true, value: { ...(answer.value as Snapshot), type: 'snapshot', epoch: EPOCH, seq: 1 } };
}

/** Read a stretch, a frame a line, no faster than `take` lets it: each part is waited for. */
export async function readStretch(
  { fromMs, toMs, stepS }: Stretch,
  knowledge: Knowledge,
  signal: AbortSignal,
  take: (frames: ServerFrame[]) => Promise<void>,
): Promise<Answer<null>> {
  const asked = `from=${instant(fromMs)}&to=${instant(toMs)}&step_s=${stepS}&as=${knowledge}`;
  try {
    const response = await fetch(`/api/v1/replay?${asked}`, { credentials: 'same-origin', signal });
    if (!response.ok || !response.body) {
      return { ok: false, problem: problemOf(response.status, await response.json()) };
    }
    const isWhole = await readLines(response.body, take);
    return isWhole ? { ok: true, value: null } : { ok: false, problem: noAnswer(null) };
  } catch (error) {
    // fetch, the reader and JSON.parse throw for a broken connection, our own abort, or what is not ours.
    return { ok: false, problem: noAnswer(error) };
  }
}

/** Whether the last line came, which is a ping: without it there is more. */
async function readLines(
  body: ReadableStream<Uint8Array>,
  take: (frames: ServerFrame[]) => Promise<void>,
): Promise<boolean> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let isWhole = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return isWhole;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const frames = lines.filter(Boolean).map((line) => JSON.parse(line) as ServerFrame);
    isWhole ||= frames.some(({ type }) => type === 'ping');
    await take(frames);
  }
}
