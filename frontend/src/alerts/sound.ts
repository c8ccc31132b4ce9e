/** Short signals of a few tones, by urgency. Browsers stay silent until the officer has touched the page. */

export type Urgency = 'new' | 'urgent' | 'escalated';

const TONES: Readonly<Record<Urgency, readonly number[]>> = {
  new: [660, 880],
  urgent: [880, 660, 880],
  escalated: [990, 660, 990, 660, 990, 660],
};

export class Signal {
  muted = false;
  private context: AudioContext | null = null;

  /** Call on a click or key: only then may a page make sounds. */
  allow(): void {
    if (this.context) return;
    if (typeof AudioContext === 'undefined') return;
    this.context = new AudioContext();
  }

  play(urgency: Urgency): void {
    const { context } = this;
    if (this.muted || !context) return;
    for (const [i, hertz] of TONES[urgency].entries()) {
      const from = context.currentTime + i * 0.16;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(0.14, from + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.001, from + 0.15);
      tone.connect(volume).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.16);
    }
  }
}
