/** What one listener has heard in its room: whether it was everything, once, and in which order. */
export class Heard {
  /** By sender: the number that comes next. */
  readonly #next: Int32Array
  /** Numbers that came before their turn. */
  readonly #early = new Map<number, Set<number>>()
  count = 0
  duplicates = 0
  /** How often a message of somebody came before an earlier one of theirs. */
  overtaken = 0
  /** Of the sequence as it came: alike for two listeners that heard the same in the same order. */
  digest = 0

  constructor(senders: number) {
    this.#next = new Int32Array(senders)
  }

  hear(sender: number, number: number): void {
    this.count += 1
    this.digest = (Math.imul(this.digest, 31) + Math.imul(sender + 1, 0x9e3779b1) + number) | 0
    const next = this.#next[sender] ?? 0
    if (number === next && this.#early.size === 0) this.#next[sender] = next + 1
    else this.#hearOutOfOrder(sender, number, next)
  }

  /** How many of those that were sent are missing; `sent` is the count by sender, 0 for those of other rooms. */
  missing(sent: readonly number[]): number {
    return sent.reduce((total, count, sender) => {
      const came = (this.#next[sender] ?? 0) + (this.#early.get(sender)?.size ?? 0)
      return total + Math.max(0, count - came)
    }, 0)
  }

  /** What is missing will not be waited for any longer. */
  giveUp(sent: readonly number[]): void {
    this.#early.clear()
    sent.forEach((count, sender) => (this.#next[sender] = Math.max(count, this.#next[sender] ?? 0)))
  }

  #hearOutOfOrder(sender: number, number: number, next: number): void {
    const early = this.#early.get(sender) ?? new Set()
    if (number < next || early.has(number)) {
      this.duplicates += 1
      return
    }
    if (number > next) {
      this.overtaken += 1
      this.#early.set(sender, early.add(number))
      return
    }
    let upTo = next + 1
    while (early.delete(upTo)) upTo += 1
    this.#next[sender] = upTo
    if (early.size === 0) this.#early.delete(sender)
  }
}
