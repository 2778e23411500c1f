import type { MailMessage } from '@arlen/mail'
import { testingError } from '../errors.ts'
import { failure } from '../response/failure.ts'
import { countAssertions } from '../response/runner.ts'
import { checkMatch, fits, listMails, type MailMatch } from './mail-match.ts'

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis
const DEFAULT_TIMEOUT_MS = 10_000

/** A mail that the application has sent, or would have sent outside of a test. */
export interface TestMail extends MailMessage {
  /** The URLs in its text, else those in its HTML, in order. */
  readonly links: readonly string[]
}

/** The mail of an application under test. None of it leaves the process. */
export class TestOutbox {
  readonly #messages: TestMail[] = []
  /** Mails that no `next()` has returned yet. */
  readonly #fresh: TestMail[] = []
  readonly #arrived: Set<() => void> = new Set()

  /** @internal */
  add(message: MailMessage): void {
    const mail = { ...message, links: linksIn(message) }
    this.#messages.push(mail)
    this.#fresh.push(mail)
    for (const notify of [...this.#arrived]) notify()
  }

  /** All mails, oldest first. */
  get messages(): readonly TestMail[] {
    return this.#messages
  }

  /** Deletes all mails so far. */
  clear(): void {
    this.#messages.length = 0
    this.#fresh.length = 0
  }

  /**
   * Returns the next mail, or the next matching one; waits until it is sent. Each mail is returned once.
   *
   * ```ts
   * const { links } = await t.outbox.next({ to: 'ada@example.com', subject: /password/ })
   * ```
   *
   * @throws ArlenError `no_mail` if none is sent in time
   */
  async next(match: MailMatch = {}, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<TestMail> {
    checkMatch(match)
    const taken = this.#take(match)
    if (taken !== undefined) return taken
    return new Promise((resolve, reject) => {
      const look = () => {
        const mail = this.#take(match)
        if (mail === undefined) return
        stop()
        resolve(mail)
      }
      const timer = startTimer(() => {
        stop()
        reject(testingError('no_mail', { match: describe(match), ms: timeoutMs, list: listMails(this.#messages) }))
      }, timeoutMs)
      const stop = () => {
        stopTimer(timer)
        this.#arrived.delete(look)
      }
      this.#arrived.add(look)
    })
  }

  /** Asserts that this many mails were sent, or this many matching ones. */
  count(expected: number, match: MailMatch = {}): this {
    checkMatch(match)
    const actual = this.#messages.filter(each => fits(each, match)).length
    return this.#assert(actual === expected, `There are ${actual} mails${such(match)}, not ${expected}.`, this.count)
  }

  /** Asserts that a matching mail was sent. */
  sent(match: MailMatch): this {
    checkMatch(match)
    return this.#assert(
      this.#messages.some(each => fits(each, match)),
      `There is no mail${such(match)}.`,
      this.sent,
    )
  }

  /** Asserts that no mail was sent, or no matching one. */
  lacks(match: MailMatch = {}): this {
    checkMatch(match)
    return this.#assert(!this.#messages.some(each => fits(each, match)), `There is a mail${such(match)}.`, this.lacks)
  }

  #assert(ok: boolean, message: string, method: object): this {
    countAssertions(1)
    if (!ok) throw failure({ message }, `The outbox:\n${listMails(this.#messages)}`, method)
    return this
  }

  #take(match: MailMatch): TestMail | undefined {
    const index = this.#fresh.findIndex(each => fits(each, match))
    return index < 0 ? undefined : this.#fresh.splice(index, 1)[0]
  }
}

function linksIn({ text, html }: MailMessage): string[] {
  const source = text ?? html?.replaceAll('&amp;', '&') ?? ''
  return [...source.matchAll(/\bhttps?:\/\/[^\s"'<>]+/g)].map(([link]) => withoutEnd(link))
}

/** Punctuation that ends the sentence around a link does not belong to it. */
function withoutEnd(link: string): string {
  let end = link.length
  while (end > 0 && '.,;:!?)'.includes(link[end - 1]!)) end -= 1
  return link.slice(0, end)
}

function such(match: MailMatch): string {
  return Object.keys(match).length === 0 ? '' : ` with ${describe(match)}`
}

function describe(match: MailMatch): string {
  const parts = Object.entries(match).map(([name, expected]) => {
    const shown = typeof expected === 'string' ? JSON.stringify(expected) : String(expected)
    return `${name} ${shown}`
  })
  return parts.join(', ') || 'anything'
}
