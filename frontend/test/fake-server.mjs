// A server of one process for trying the screen without the real one: the built files, a log-in, a moving picture.
// node test/fake-server.mjs [port] [tracks] [mission file]; standard input: "crossing", "silence", "quit".
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { CSP, label, makeWorld, violation } from './fake-world.mjs';

const [port = '8765', count = '60', mission] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../dist');
const world = makeWorld(
  JSON.parse(readFileSync(mission ?? join(here, '../../missions/cyprus.geojson'), 'utf8')),
  +count,
);
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const me = {
  id: 'u1',
  name: 'Cpt. Adeyemi',
  kind: 'user',
  role: 'officer',
  contingent: null,
  audiences: ['HQ'],
  clearance: 'confidential',
  capabilities: ['read', 'assess', 'raise'],
  must_change_password: false,
};

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Security-Policy': CSP });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

function bodyOf(request) {
  return new Promise((resolve) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text ? JSON.parse(text) : {}));
  });
}

const loggedIn = (request) => /cop=yes/.test(request.headers.cookie ?? '');

async function api(request, response, path) {
  if (path === '/session' && request.method === 'POST') {
    const { password } = await bodyOf(request);
    if (password !== 'demo') return answer(response, 401, { code: 'unauthorised', title: 'Not logged in' });
    response.setHeader('Set-Cookie', 'cop=yes; HttpOnly; SameSite=Strict; Path=/');
    return answer(response, 200, me);
  }
  if (!loggedIn(request)) return answer(response, 401, { code: 'unauthorised', title: 'Not logged in' });
  if (path === '/session') {
    response.setHeader('Set-Cookie', 'cop=; Max-Age=0; Path=/');
    return answer(response, 204);
  }
  if (path === '/me') return answer(response, 200, me);
  if (path === '/basemap') return answer(response, 200, { basemap: null });
  const assessed = /^\/violations\/([^/]+)\/assessment$/.exec(path);
  if (assessed) {
    const { state, note, revision } = await bodyOf(request);
    const known = world.violations.get(assessed[1]);
    if (revision !== known.revision) return answer(response, 409, { code: 'stale', title: 'It has changed' });
    const assessment = { state, by: me.name, at: new Date().toISOString(), note };
    const after = { ...known, assessment, revision: known.revision + 1 };
    tell(after);
    return answer(response, 200, after);
  }
  const one = /^\/violations\/([^/]+)$/.exec(path);
  if (one) return answer(response, 200, world.violations.get(one[1]));
  const trail = /^\/tracks\/([^/]+)\/history$/.exec(path);
  if (trail) return answer(response, 200, { positions: world.trail(trail[1]), next: null });
  return answer(response, 404, { code: 'not_found', title: 'No such thing' });
}

const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://x').pathname;
  if (path.startsWith('/api/v1')) return void api(request, response, path.slice(7));
  const file = join(dist, normalize(path === '/' ? '/index.html' : path));
  try {
    const bytes = readFileSync(file);
    response.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': CSP,
    });
    response.end(bytes);
  } catch {
    answer(response, 404, {});
  }
});

const COLUMNS = 'cop.v1.columns';
const sockets = new WebSocketServer({
  server,
  path: '/api/v1/live',
  handleProtocols: (offered) => (offered.has(COLUMNS) ? COLUMNS : 'cop.v1.json'),
});
const clients = new Map();
let silent = false;

function send(socket, message) {
  if (!silent) socket.send(JSON.stringify(message));
}

function tell(changed) {
  world.violations.set(changed.id, changed);
  for (const [socket, stream] of clients)
    send(socket, { type: 'violation', seq: ++stream.seq, violation: changed });
}

sockets.on('connection', (socket) => {
  socket.on('message', () => {
    const stream = { epoch: Math.random().toString(36).slice(2), seq: 1 };
    clients.set(socket, stream);
    send(socket, { type: 'snapshot', ...stream, at: new Date().toISOString(), lag_s: 0, ...world.all() });
  });
  socket.on('close', () => clients.delete(socket));
});

/** What moved, as those who speak columns are told: drones whole, the rest by column. */
function byColumn(moved) {
  const plain = moved.filter(({ drone }) => !drone);
  const column = (name) => plain.map((track) => track[name]);
  const names = ['id', 'lon', 'lat', 'observed_at', 'received_at', 'altitude_m', 'course_deg', 'speed_m_s'];
  const moves = Object.fromEntries([...names, 'accuracy_m', 'flags'].map((name) => [name, column(name)]));
  return { tracks: { upsert: moved.filter(({ drone }) => drone), remove: [] }, moves };
}

setInterval(
  () => {
    const upsert = world.move();
    const at = new Date().toISOString();
    const columns = byColumn(upsert);
    for (const [socket, stream] of clients) {
      const told = socket.protocol === COLUMNS ? columns : { tracks: { upsert, remove: [] } };
      send(socket, { type: 'delta', epoch: stream.epoch, seq: ++stream.seq, at, ...told });
      send(socket, { type: 'ping', at, lag_s: 0 });
    }
  },
  +(process.env.EVERY_MS ?? 1000),
);

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'crossing') tell(violation(world, { severity: 'high', status: 'confirmed', label }));
  if (line === 'silence') silent = !silent;
  if (line === 'quit') process.exit(0);
});
server.listen(+port, '127.0.0.1');
