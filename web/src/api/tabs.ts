/** The tabs of one browser that have the same thing in common, and tell each other about it. A tab does not hear itself. */
export class Tabs<Word> {
  readonly #channel: BroadcastChannel

  constructor(name: string, onWord: (word: Word) => void) {
    this.#channel = new BroadcastChannel(name)
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Word>) => onWord(data))
  }

  say(word: Word): void {
    // A channel reaches pages of our own origin alone.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#channel.postMessage(word)
  }

  close(): void {
    this.#channel.close()
  }
}
