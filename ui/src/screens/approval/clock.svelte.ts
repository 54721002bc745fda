// The two clocks of one request: from when on it may be approved, and how long it waits still.

export class Clock {
  /** Approve may be pressed. */
  ready = $state(false);
  remaining = $state(0);
  whole = $state(1);
  #until = 0;

  /** Runs while the component lives. */
  constructor(approveAfter: number, remaining: number, onexpired: () => void) {
    this.set(remaining);
    $effect(() => {
      const wait = setTimeout(() => (this.ready = true), approveAfter);
      const second = setInterval(() => {
        const before = this.remaining;
        this.remaining = Math.max(0, this.#until - performance.now());
        if (before > 0 && this.remaining === 0) onexpired();
      }, 1_000);
      return () => {
        clearTimeout(wait);
        clearInterval(second);
      };
    });
  }

  /** What the program says is left. */
  set(remaining: number): void {
    this.#until = performance.now() + remaining;
    this.remaining = remaining;
    this.whole = Math.max(this.whole, remaining);
  }
}

/** "1 min 56 s". */
export function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`;
}
