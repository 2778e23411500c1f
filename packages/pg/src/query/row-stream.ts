/**
 * Rows one by one from batches of them. An async generator would do the same with three promises for each row; this has one.
 */
export class RowStream implements AsyncGenerator<unknown, void, undefined> {
  readonly #batches: AsyncGenerator<readonly unknown[], void, undefined>
  #rows: readonly unknown[] = []
  #at = 0
  /** The last request that has to wait; those that follow it wait behind it. */
  #waiting: Promise<unknown> | undefined

  constructor(batches: AsyncGenerator<readonly unknown[], void, undefined>) {
    this.#batches = batches
  }

  next(): Promise<IteratorResult<unknown, void>> {
    if (this.#waiting === undefined && this.#at < this.#rows.length) {
      return Promise.resolve({ value: this.#rows[this.#at++], done: false })
    }
    return this.#queue(() => this.#advance())
  }

  return(): Promise<IteratorResult<unknown, void>> {
    return this.#queue(() => {
      this.#rows = []
      return this.#batches.return()
    })
  }

  throw(error: unknown): Promise<IteratorResult<unknown, void>> {
    return this.#queue(() => {
      this.#rows = []
      return this.#batches.throw(error) as Promise<IteratorResult<unknown, void>>
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  async #advance(): Promise<IteratorResult<unknown, void>> {
    while (this.#at >= this.#rows.length) {
      const { value, done } = await this.#batches.next()
      this.#rows = done ? [] : value
      this.#at = 0
      if (done) return { value: undefined, done }
    }
    return { value: this.#rows[this.#at++], done: false }
  }

  #queue(
    work: () => Promise<IteratorResult<unknown, void>> | Promise<IteratorResult<readonly unknown[], void>>,
  ): Promise<IteratorResult<unknown, void>> {
    const before = this.#waiting
    const result = (before === undefined ? work() : before.then(work, work)) as Promise<IteratorResult<unknown, void>>
    const settled = () => {
      if (this.#waiting === result) this.#waiting = undefined
    }
    this.#waiting = result
    result.then(settled, settled)
    return result
  }
}
