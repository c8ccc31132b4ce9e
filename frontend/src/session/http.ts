/** One request to the server. Every answer is a value: data, or a problem. */

/** RFC 9457, as the server gives it; `status` 0 is a server that did not answer. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string | null;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

const ANSWER_MS = 15_000;

export async function call(method: string, path: string, body?: unknown): Promise<Answer<unknown>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    });
    const text = await response.text();
    const value: unknown = text ? JSON.parse(text) : null;
    return response.ok ? { ok: true, value } : { ok: false, problem: problemOf(response.status, value) };
  } catch (error) {
    // fetch and JSON.parse throw only for a broken connection, a time-out or an answer that is not ours.
    return { ok: false, problem: noAnswer(error) };
  }
}

export function noAnswer(error: unknown): Problem {
  const detail = error instanceof Error ? error.message : null;
  return { status: 0, code: 'no_answer', title: 'No answer', detail };
}

export function problemOf(status: number, value: unknown): Problem {
  return {
    status,
    code: textOf(value, 'code') ?? 'unknown',
    title: textOf(value, 'title') ?? `The server answered ${status}`,
    detail: textOf(value, 'detail'),
  };
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export function textOf(value: unknown, name: string): string | null {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : null;
}
