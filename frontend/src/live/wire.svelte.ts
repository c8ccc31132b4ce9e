/** The link to the server as the panels see it: its state, and when it was last heard. Knows no picture. */

import type { ServerFrame } from '../protocol/frames';
import { type Link, newLink } from './machine';
import { LiveSocket } from './socket';

interface Ends {
  url: string;
  take(frame: ServerFrame): 'applied' | 'gap' | 'whole';
  held(): { epoch: string; seq: number } | null;
  /** The log-in may be over. */
  lookAgain(): void;
}

export class Wire {
  link = $state.raw<Link>(newLink());
  heardAt = $state.raw<number | null>(null);
  private socket: LiveSocket | null = null;

  start({ url, take, held, lookAgain }: Ends): void {
    this.socket = new LiveSocket({
      url,
      take,
      held,
      changed: (link) => {
        const before = this.link;
        const ended = link.state === 'ended' && before.state !== 'ended';
        this.link = link;
        if (link.heardAt !== null) this.heardAt = link.heardAt;
        // A log-in that is over may show as a refused socket: ask now and then.
        const refused =
          link.state === 'down' && link.tries > 0 && link.tries % 3 === 0 && before.state !== 'down';
        if (ended || refused) lookAgain();
      },
    });
    this.socket.start();
  }

  stop(): void {
    this.socket?.stop();
  }
}
