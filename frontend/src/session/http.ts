/** One request to the server. Every answer is a value: data, or a problem. */

/** RFC 9457, as the server gives it; `status` 0 is a server that did not answer. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string | null;
  /** What was wrong where, by the names of the body's fields: one fault, or all of a mission's. */
  faults: readonly Fault[];
}

export interface Fault {
  field: string;
  message: string;
}

/** `tag` is the version that was read or made (ETag), where the server names one. */
export type Answer<T> = { ok: true; value: T; tag?: string | null } | { ok: false; problem: Problem };

const ANSWER_MS = 15_000;

interface Asking {
  /** The version that the caller has read: another one is answered as `stale`. */
  ifMatch?: string | null;
  withinMs?: number;
}

export async function call(
  method: string,
  path: string,
  body?: unknown,
  { ifMatch = null, withinMs = ANSWER_MS }: Asking = {},
): Promise<Answer<unknown>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(withinMs),
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(ifMatch !== null && { 'If-Match': ifMatch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const value: unknown = text ? JSON.parse(text) : null;
    if (!response.ok) return { ok: false, problem: problemOf(response.status, value) };
    return { ok: true, value, tag: response.headers.get('ETag') };
  } catch (error) {
    // fetch and JSON.parse throw only for a broken connection, a time-out or an answer that is not ours.
    return { ok: false, problem: noAnswer(error) };
  }
}

export function noAnswer(error: unknown): Problem {
  const detail = error instanceof Error ? error.message : null;
  return { status: 0, code: 'no_answer', title: 'No answer', detail, faults: [] };
}

export function problemOf(status: number, value: unknown): Problem {
  return {
    status,
    code: textOf(value, 'code') ?? 'unknown',
    title: textOf(value, 'title') ?? `The server answered ${status}`,
    detail: textOf(value, 'detail'),
    faults: faultsOf(value),
  };
}

function faultsOf(value: unknown): Fault[] {
  const [all, field] = [fieldOf(value, 'faults'), textOf(value, 'field')];
  if (Array.isArray(all))
    return all.map((each: unknown) => ({
      field: textOf(each, 'field') ?? '',
      message: textOf(each, 'message') ?? '',
    }));
  return field === null ? [] : [{ field, message: textOf(value, 'detail') ?? '' }];
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export function textOf(value: unknown, name: string): string | null {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : null;
}
