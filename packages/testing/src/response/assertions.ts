import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { PageElement } from '../browser/page-element.ts'
import { testingError } from '../errors.ts'
import { fits, listMails, type MailMatch } from '../mail/mail-match.ts'
import type { AssertionName } from './assertion-methods.ts'
import { cacheLifetime } from './cache-lifetime.ts'
import type { Finding } from './failure.ts'
import { matches } from './matches.ts'
import { followPointer } from './pointer.ts'
import { html as formatHtml } from './pretty-html.ts'
import type { ResponseData } from './response-data.ts'
import { isRemoved } from './set-cookie.ts'

/** Looks at an answer; undefined where all is as expected. */
// biome-ignore lint/suspicious/noExplicitAny: AssertionMethods types the arguments of each
type Assertion = (response: ResponseData, ...args: any[]) => Finding | undefined | Promise<Finding | undefined>

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  json: 'application/json',
  text: 'text/plain',
  problem: 'application/problem+json',
  xml: 'application/xml',
  css: 'text/css',
  csv: 'text/csv',
  svg: 'image/svg+xml',
  js: 'text/javascript',
  events: 'text/event-stream',
}

/** Every assertion, by the name of its method. */
export const assertions: Readonly<Record<AssertionName, Assertion>> = {
  status(response, expected: number | readonly number[] | string) {
    const { status } = response
    if (status === expected) return undefined
    if (Array.isArray(expected) && expected.includes(status)) return undefined
    if (typeof expected === 'string' && expected[0] === String(status)[0]) return undefined
    const wanted = Array.isArray(expected) ? expected.join(' or ') : String(expected)
    return { message: `The status is ${status}, not ${wanted}.`, actual: status, expected }
  },

  type(response, expected: string | RegExp) {
    const type = response.field('content-type')
    const essence = type?.split(';', 1)[0]?.trim().toLowerCase()
    const wanted = typeof expected === 'string' ? (TYPES[expected] ?? expected) : expected
    const ok =
      wanted instanceof RegExp
        ? wanted.test(type ?? '')
        : wanted.includes(';')
          ? type === wanted
          : essence === wanted.toLowerCase()
    return ok
      ? undefined
      : { message: `The type is ${type ?? 'missing'}, not ${wanted}.`, actual: type, expected: wanted }
  },

  header(response, ...args: [string, unknown?]) {
    const [name, expected] = args
    const actual = response.field(name)
    if (args.length === 1) return actual === undefined ? { message: `The field ${name} is missing.` } : undefined
    if (expected === null || expected === undefined) {
      return actual === undefined ? undefined : { message: `The field ${name} is there.`, actual, expected: undefined }
    }
    return actual !== undefined && matches(actual, expected)
      ? undefined
      : differs(`The field ${name}`, actual, expected)
  },

  json(response, ...args: [unknown] | [string, unknown]) {
    const body = parseJson(response)
    if ('message' in body) return body
    if (args.length === 1) return compareJson('The JSON', body.value, args[0])
    const [pointer, expected] = args as [string, unknown]
    const pointed = followPointer(body.value, pointer)
    const what = pointer === '' ? 'The JSON' : `The JSON at ${pointer}`
    if (pointed.found) return compareJson(what, pointed.value, expected)
    return expected === undefined
      ? undefined
      : {
          message: `There is no JSON at ${pointer}: nothing below ${pointed.at} has that name.`,
          actual: undefined,
          expected,
        }
  },

  problem(response, code: string, members: Readonly<Record<string, unknown>>) {
    const type = response.field('content-type')?.split(';')[0]
    if (type !== 'application/problem+json') {
      return {
        message: `The answer is no problem document, but ${type ?? 'has no type'}.`,
        actual: type,
        expected: TYPES.problem,
      }
    }
    const body = parseJson(response)
    if ('message' in body) return body
    const document = body.value as Record<string, unknown>
    if (document.code !== code) return differs('The code of the problem', document.code, code)
    if (document.status !== response.status)
      return differs('The status inside the problem', document.status, response.status)
    for (const [name, expected] of Object.entries(members)) {
      if (!matches(document[name], expected))
        return differs(`The member ${name} of the problem`, document[name], expected)
    }
    return undefined
  },

  text(response, ...args: [unknown] | [string, unknown]) {
    if (args.length === 1)
      return matches(response.text, args[0]) ? undefined : differs('The text', response.text, args[0])
    const [selector, expected] = args as [string, unknown]
    return onElement(response, selector, element => {
      const { text } = element
      return matches(text, expected) ? undefined : differs(`The text of ${selector}`, text, expected)
    })
  },

  contains(response, expected: string | RegExp) {
    return find(response.text, expected) < 0 ? { message: `The body does not contain ${show(expected)}.` } : undefined
  },

  lacks(response, unexpected: string | RegExp) {
    const at = find(response.text, unexpected)
    if (at < 0) return undefined
    const context = `At ${at}: …${response.text.slice(Math.max(0, at - 200), at + 400)}…`
    return { message: `The body contains ${show(unexpected)}.`, context }
  },

  html(response, selector: string, expected: unknown) {
    return onElement(response, selector, element => {
      const actual = element.innerHTML.trim()
      return matches(actual, expected) ? undefined : differs(`The HTML in ${selector}`, actual, expected)
    })
  },

  attribute(response, selector: string, name: string, expected: unknown) {
    return onElement(response, selector, element => {
      const actual = element.getAttribute(name)
      return actual === expected || (actual !== null && matches(actual, expected))
        ? undefined
        : differs(`The attribute ${name} of ${selector}`, actual, expected)
    })
  },

  count(response, selector: string, expected: number) {
    const actual = response.dom.querySelectorAll(selector).length
    return actual === expected
      ? undefined
      : { message: `${actual} elements match ${selector}, not ${expected}.`, actual, expected }
  },

  exists(response, selector: string) {
    return onElement(response, selector, () => undefined)
  },

  missing(response, selector: string) {
    const found = response.dom.querySelector(selector)
    return found ? { message: `Something matches ${selector}.`, context: around(found) } : undefined
  },

  redirect(response, expected?: unknown, status?: number) {
    const codes = status === undefined ? [301, 302, 303, 307, 308] : [status]
    const location = response.field('location')
    if (!codes.includes(response.status)) {
      return {
        message: `The answer is no redirect${status ? ` ${status}` : ''}, but ${response.status}.`,
        actual: response.status,
        expected: status ?? 'a redirect',
      }
    }
    if (location === undefined) return { message: 'The redirect has no Location.' }
    if (expected === undefined) return undefined
    const absolute = URL.canParse(location, response.url) ? new URL(location, response.url) : undefined
    const path =
      absolute?.origin === response.url.origin ? absolute.pathname + absolute.search + absolute.hash : undefined
    const ok =
      matches(location, expected) || (path !== undefined && matches(path, expected)) || absolute?.href === expected
    return ok ? undefined : differs('The redirect', location, expected)
  },

  cookie(response, name: string, expected?: unknown) {
    const { cookies } = response
    const cookie = cookies[name]
    if (cookie === undefined) {
      const names = Object.keys(cookies)
      return { message: `The answer sets no cookie ${name}, but ${names.length > 0 ? names.join(', ') : 'none'}.` }
    }
    if (expected === undefined) {
      return isRemoved(cookie) ? { message: `The answer removes the cookie ${name}.` } : undefined
    }
    const attributes = isAttributes(expected) ? expected : { value: expected }
    for (const [key, wanted] of Object.entries(attributes)) {
      const actual = cookie[key as keyof typeof cookie]
      if (!matches(actual, wanted)) return differs(`${key} of the cookie ${name}`, actual, wanted)
    }
    return undefined
  },

  noCookie(response, name?: string) {
    const names = Object.keys(response.cookies)
    const set = name === undefined ? names : names.filter(each => each === name)
    return set.length === 0
      ? undefined
      : { message: `The answer sets ${set.length > 1 ? 'the cookies' : 'the cookie'} ${set.join(', ')}.` }
  },

  cacheable(response, expected: boolean | number) {
    const { seconds, because } = cacheLifetime(response)
    if (expected === false)
      return seconds === 0 ? undefined : { message: `Shared caches may keep the answer: ${because}.` }
    const least = expected === true ? 1 : expected
    return seconds >= least
      ? undefined
      : {
          message: `Shared caches may keep the answer for ${seconds} s, not ${least}: ${because}.`,
          actual: seconds,
          expected: least,
        }
  },

  csp(response, directive?: string, ...sources: string[]) {
    const policy = response.field('content-security-policy')
    if (policy === undefined) return { message: 'There is no Content-Security-Policy.' }
    if (directive === undefined) return undefined
    const parts = policy.split(/[;,]/).map(part => part.trim().split(/\s+/))
    const found = parts.find(([name]) => name?.toLowerCase() === directive.toLowerCase())
    if (found === undefined) return { message: `The Content-Security-Policy has no ${directive}: ${policy}` }
    const missing = sources.filter(source => !found.includes(source))
    return missing.length === 0
      ? undefined
      : { message: `${directive} does not have ${missing.join(' ')}.`, actual: found.slice(1), expected: sources }
  },

  snapshot(response, compare: (body: string) => unknown, selector?: string) {
    const compareNow = (text: string) => {
      compare(text)
      return undefined
    }
    if (selector !== undefined) return onElement(response, selector, element => compareNow(formatHtml(element)))
    return compareNow(response.text)
  },

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

  async satisfies(response, test: (response: ResponseData) => unknown) {
    return (await test(response)) === false ? { message: 'The answer does not satisfy the test.' } : undefined
  },
}

function find(text: string, what: string | RegExp): number {
  return typeof what === 'string' ? text.indexOf(what) : text.search(what)
}

function differs(what: string, actual: unknown, expected: unknown): Finding {
  return { message: `${what} is not as expected: found ${show(actual)}, expected ${show(expected)}.`, actual, expected }
}

function show(value: unknown): string {
  if (value instanceof RegExp || typeof value === 'function') return String(value)
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function parseJson(response: ResponseData): { value: unknown } | Finding {
  try {
    return { value: response.json as unknown }
  } catch (error) {
    return { message: `The body is no JSON: ${(error as Error).message}` }
  }
}

function compareJson(
  what: string,
  actual: unknown,
  expected: unknown,
): Finding | undefined | Promise<Finding | undefined> {
  if (isSchema(expected)) return validate(what, actual, expected)
  return matches(actual, expected) ? undefined : differs(what, actual, expected)
}

async function validate(what: string, actual: unknown, schema: StandardSchemaV1): Promise<Finding | undefined> {
  const { issues } = await schema['~standard'].validate(actual)
  if (!issues) return undefined
  const list = issues.map(
    ({ path = [], message }) =>
      `${path.map(part => `/${String(typeof part === 'object' ? part.key : part)}`).join('') || '/'}: ${message}`,
  )
  return { message: `${what} does not meet the schema:\n  ${list.join('\n  ')}`, actual }
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
}

function isAttributes(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof RegExp) && !('asymmetricMatch' in value)
}

function inProcessOnly(response: ResponseData, what: string): void {
  if (!response.inProcess) throw testingError('app_not_in_process', { what })
}

function onElement(
  response: ResponseData,
  selector: string,
  look: (element: PageElement) => Finding | undefined,
): Finding | undefined {
  const element = response.dom.querySelector(selector)
  if (element === null) return { message: `Nothing matches ${selector}.`, context: nearest(response, selector) }
  const finding = look(element)
  return finding && { context: around(element), ...finding }
}

/** The element with what stands around it. */
function around(element: PageElement): string {
  return formatHtml(element.parentElement ?? element)
}

/** What a selector that finds nothing comes nearest to: the last of its parts that finds something. */
function nearest(response: ResponseData, selector: string): string | undefined {
  for (let at = selector.lastIndexOf(' '); at > 0; at = selector.lastIndexOf(' ', at - 1)) {
    try {
      const found = response.dom.querySelector(
        selector
          .slice(0, at)
          .trimEnd()
          .replace(/[>+~]$/, ''),
      )
      if (found) return `What does match ${selector.slice(0, at).trim()}:\n${formatHtml(found)}`
    } catch {
      // half a selector
    }
  }
  const body = response.dom.querySelector('main') ?? response.dom.querySelector('body')
  return body ? formatHtml(body) : undefined
}
