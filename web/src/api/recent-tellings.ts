/** Something that the stream told; without a name, only that it has come so far. */
export interface Told {
  id: number
  name: string | undefined
  data: unknown
}

const most = 500

/** What was told lately, for who joins a little further back. Ids only grow. */
export class RecentTellings {
  #told: Told[] = []
  /** Everything above it that was told is still known. */
  #floor: number | undefined
  #last: number | undefined

  /** The last id that was told of. */
  get last(): number | undefined {
    return this.#last
  }

  /** False for what was told before. */
  add(told: Told): boolean {
    if (this.#last === undefined) this.#floor = told.name === undefined ? told.id : told.id - 1
    else if (told.id <= this.#last) return false
    this.#last = told.id
    if (told.name !== undefined) this.#told.push(told)
    if (this.#told.length > most) this.#floor = this.#told.shift()?.id
    return true
  }

  /** What came after this id; undefined when that is not known any more. */
  after(id: number): Told[] | undefined {
    if (this.#floor === undefined || id < this.#floor) return undefined
    return this.#told.filter((told) => told.id > id)
  }

  /** Nothing of what was before is known. */
  beginAt(id: number): void {
    this.#told = []
    this.#floor = id
    this.#last = id
  }
}
