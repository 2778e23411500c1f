import type { App } from 'arlen'

export interface Letter {
  to: string
  subject: string
  text: string
}

/** Brings letters to people. A real shop hands them to its mail server here. */
export interface Post {
  send(letter: Letter): Promise<void>
}

/** Keeps the last letters instead of sending them, and shows them in the log while developing: they hold secrets. */
export class Outbox implements Post {
  readonly letters: Letter[] = []
  readonly #app: Pick<App, 'log' | 'isDevelopment'>

  constructor(app: Pick<App, 'log' | 'isDevelopment'>) {
    this.#app = app
  }

  send(letter: Letter): Promise<void> {
    this.letters.push(letter)
    if (this.letters.length > 20) this.letters.shift()
    const { log, isDevelopment } = this.#app
    if (isDevelopment) log.info(letter, 'a letter')
    else log.warn({ subject: letter.subject }, 'there is no mail server: a letter was not sent')
    return Promise.resolve()
  }
}
