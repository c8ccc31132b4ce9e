import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, problemOf } from './http';

describe('a request', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('says which version it is over, and learns which one it made', async () => {
    const sent: RequestInit[] = [];
    vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
      sent.push(init);
      return Promise.resolve(Response.json({}, { headers: { ETag: '"b"' } }));
    });

    const answer = await call('PUT', '/features/x', {}, { ifMatch: '"a"' });
    await call('GET', '/features');

    expect(answer).toEqual({ ok: true, value: {}, tag: '"b"' });
    expect(sent.map(({ headers }) => headers)).toEqual([
      { 'Content-Type': 'application/json', 'If-Match': '"a"' },
      {},
    ]);
  });
});

describe('a refused request', () => {
  it('names the field at fault, or every one of a mission', () => {
    expect(problemOf(422, { code: 'invalid', detail: 'to: too late.', field: 'to' }).faults).toEqual([
      { field: 'to', message: 'to: too late.' },
    ]);
    expect(
      problemOf(422, { faults: [{ feature: 'x', field: 'geometry.type', message: 'must be Point' }] }).faults,
    ).toEqual([{ field: 'geometry.type', message: 'must be Point' }]);
    expect(problemOf(502, null).faults).toEqual([]);
  });
});
