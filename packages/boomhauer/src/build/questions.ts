import type { FromChild, Question, ToChild } from '../child/protocol.ts'

const PATIENCE_MS = 10_000

/** What the supervisor has asked one process and is waiting to hear. */
export class Questions {
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #send: (message: ToChild) => void
  #count = 0

  constructor(send: (message: ToChild) => void) {
    this.#send = send
  }

  /** @throws Error with the reason for which there is no answer */
  async ask(question: Question): Promise<unknown> {
    const id = ++this.#count
    const pending = Promise.withResolvers<unknown>()
    this.#pending.set(id, pending)
    const timer = setTimeout(() => pending.reject(new Error('The application does not answer')), PATIENCE_MS)
    timer.unref()
    this.#send({ type: 'ask', id, question })
    try {
      return await pending.promise
    } finally {
      clearTimeout(timer)
      this.#pending.delete(id)
    }
  }

  answered({ id, answer, error }: Extract<FromChild, { type: 'answer' }>): void {
    if (error === undefined) this.#pending.get(id)?.resolve(answer)
    else this.#pending.get(id)?.reject(new Error(error))
  }
}
