import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { MailAddress, MailMessage } from '@arlen/mail'
import { matches, type TextExpectation } from '../response/matches.ts'

/** An expectation about a mail. A string must match exactly; in `text` and `html`, it must occur. */
export interface MailMatch {
  /** The name of its template: `welcome`. */
  template?: TextExpectation
  /** One of the addresses. */
  to?: TextExpectation
  cc?: TextExpectation
  bcc?: TextExpectation
  from?: TextExpectation
  replyTo?: TextExpectation
  subject?: TextExpectation
  text?: TextExpectation
  html?: TextExpectation
}

type Texts = (message: MailMessage) => readonly (string | undefined)[]

const addresses = (list: readonly (MailAddress | undefined)[]) => list.map(each => each?.address)
const READ: Readonly<Record<keyof MailMatch, Texts>> = {
  template: message => [message.template],
  to: message => addresses(message.to),
  cc: message => addresses(message.cc),
  bcc: message => addresses(message.bcc),
  from: message => addresses([message.from]),
  replyTo: message => addresses([message.replyTo]),
  subject: message => [message.subject],
  text: message => [message.text],
  html: message => [message.html],
}

const NAMES = Object.fromEntries(Object.keys(READ).map(name => [name, option.any])) as OptionTable<MailMatch>

/**
 * Checks an expectation: with a misspelled name, no mail would ever match.
 *
 * @throws ArlenError `option_unknown`
 */
export function checkMatch(match: MailMatch): MailMatch {
  return readOptions('a mail', match, NAMES)
}

/** Whether a mail matches the expectation. */
export function fits(message: MailMessage, match: MailMatch): boolean {
  return (Object.keys(match) as (keyof MailMatch)[]).every(name => {
    const expected = match[name]
    if (expected === undefined) return true
    const partly = typeof expected === 'string' && (name === 'text' || name === 'html')
    return READ[name](message).some(text => (partly ? text?.includes(expected) : matches(text ?? '', expected)))
  })
}

/** One line per mail, for failures. */
export function listMails(messages: readonly MailMessage[]): string {
  if (messages.length === 0) return '(no mail)'
  return messages
    .map(({ template, to, subject }) => `  ${template} to ${to.map(({ address }) => address).join(', ')}: ${subject}`)
    .join('\n')
}
