const DURATION_SECONDS = 0.25;
const VOLUME = 0.08;
/** Two notes, a fifth apart, in Hz. */
const NOTES = [660, 990];

let context: AudioContext | null = null;

/** A short sound. Browsers play it only after the user has clicked or typed on the page. */
export function playSound(): void {
  context ??= new AudioContext();
  const { currentTime: now, destination } = context;
  for (const [i, frequency] of NOTES.entries()) {
    const start = now + (i * DURATION_SECONDS) / 2;
    const tone = new OscillatorNode(context, { frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + DURATION_SECONDS);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + DURATION_SECONDS);
  }
}
