/** The thin shell of the live link: a WebSocket and a timer around the state machine. Decides nothing. */

import type { Layer, Resume, ServerFrame, Subscribe } from '../protocol/frames';
import { newLink, resumeOf, step, type Link, type LinkEvent } from './machine';

/** Of these the server takes the first that it speaks. */
const SUBPROTOCOLS = ['cop.v1.columns', 'cop.v1.json'];
const LAYERS: Layer[] = ['tracks', 'incidents', 'violations', 'features', 'feeds'];
const TICK_MS = 500;

export interface LiveWiring {
  url: string;
  /** Fold a frame. `gap`: it does not follow from what is held; `whole`: all was replaced. */
  take(frame: ServerFrame): 'applied' | 'gap' | 'whole';
  /** What is held, to resume from. */
  held(): Resume | null;
  /** Told after each change of the link. */
  changed(link: Link): void;
}

export class LiveSocket {
  private link: Link = newLink();
  private socket: WebSocket | null = null;
  private timer: number | undefined;
  private readonly wake = () => {
    if (document.visibilityState === 'visible') this.happen({ type: 'wake', now: Date.now() });
  };

  constructor(private readonly wiring: LiveWiring) {}

  start(): void {
    this.timer = window.setInterval(() => {
      this.happen({ type: 'tick', now: Date.now(), chance: Math.random() });
    }, TICK_MS);
    window.addEventListener('online', this.wake);
    document.addEventListener('visibilitychange', this.wake);
    this.happen({ type: 'start', now: Date.now() });
  }

  stop(): void {
    window.clearInterval(this.timer);
    window.removeEventListener('online', this.wake);
    document.removeEventListener('visibilitychange', this.wake);
    this.happen({ type: 'stop' });
  }

  private happen(event: LinkEvent): void {
    const { link, commands } = step(this.link, event);
    const before = this.link;
    this.link = link;
    for (const command of commands) {
      if (command.type === 'open') this.open(command.socket);
      else if (command.type === 'close') this.drop();
      else this.subscribe(resumeOf(this.wiring.held(), command));
    }
    if (link !== before) this.wiring.changed(link);
  }

  private open(number: number): void {
    this.drop();
    const socket = new WebSocket(this.wiring.url, SUBPROTOCOLS);
    this.socket = socket;
    socket.onopen = () => {
      this.happen({ type: 'opened', socket: number, now: Date.now() });
    };
    socket.onmessage = (message: MessageEvent<string>) => {
      const frame = JSON.parse(message.data) as ServerFrame;
      this.happen({ type: 'message', socket: number, now: Date.now() });
      const taken = this.wiring.take(frame);
      if (taken !== 'applied') this.happen({ type: taken, socket: number });
    };
    socket.onclose = ({ code }) => {
      this.happen({ type: 'closed', socket: number, code, now: Date.now(), chance: Math.random() });
    };
  }

  /** Close the socket without hearing more of it: a dead one may take minutes to say that it has closed. */
  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private subscribe(resume: Resume | null): void {
    const message: Subscribe = { type: 'subscribe', layers: LAYERS, bbox: null, resume };
    this.socket?.send(JSON.stringify(message));
  }
}
