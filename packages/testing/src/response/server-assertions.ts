import { testingError } from '../errors.ts'
import { fits, listMails, type MailMatch } from '../mail/mail-match.ts'
import { type Assertion, isAttributes } from './assertion.ts'
import { matches } from './matches.ts'
import type { ResponseData } from './response-data.ts'

type Name = 'maxQueries' | 'rendered' | 'mailed' | 'logged'

/** Assertions about what the application did for the request. They need it to run in this process. */
export const serverAssertions: Readonly<Record<Name, Assertion>> = {
  maxQueries(response, limit: number) {
    inProcessOnly(response, 'maxQueries()')
    const { length } = response.sql
    return length <= limit
      ? undefined
      : { message: `The application sent ${length} queries, not ${limit} at most.`, actual: length, expected: limit }
  },

  rendered(response, template: string, locals: Readonly<Record<string, unknown>>) {
    inProcessOnly(response, 'rendered()')
    const found = response.renders.filter(each => each.template === template)
    if (found.length === 0) {
      const others = response.renders.map(each => each.template).join(', ')
      return { message: `The template ${template} was not rendered, but ${others || 'none'}.` }
    }
    const hasLocals = (given: object) =>
      Object.entries(locals).every(([name, value]) => matches((given as Record<string, unknown>)[name], value))
    if (found.some(each => hasLocals(each.locals))) return undefined
    return { message: `The template ${template} had other locals.`, actual: found.at(-1)?.locals, expected: locals }
  },

  mailed(response, expected: MailMatch) {
    inProcessOnly(response, 'mailed()')
    return response.mails.some(each => fits(each, expected))
      ? undefined
      : { message: `No such mail was sent for this request, but:\n${listMails(response.mails)}` }
  },

  logged(response, expected: unknown) {
    inProcessOnly(response, 'logged()')
    const members = isAttributes(expected) ? Object.entries(expected) : undefined
    const fits = (line: { msg: string; [member: string]: unknown }) =>
      members
        ? members.every(([name, value]) => matches(line[name], value))
        : matches(line.msg, expected) || (typeof expected === 'string' && line.msg.includes(expected))
    return response.logs.some(fits)
      ? undefined
      : {
          message: 'Nothing of the kind was logged for this request.',
          actual: response.logs.map(line => line.msg),
          expected,
        }
  },
}

function inProcessOnly(response: ResponseData, what: string): void {
  if (!response.inProcess) throw testingError('app_not_in_process', { what })
}
