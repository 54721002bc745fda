// What was dropped on the window and not looked at yet.

class Dropped {
  path: string | null = $state(null);

  /** The path, once. */
  take(): string | null {
    const path = this.path;
    this.path = null;
    return path;
  }
}

export const dropped = new Dropped();
