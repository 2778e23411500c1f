import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Assertion, differs, isAttributes, show } from './assertion.ts'
import type { AssertionName } from './assertion-methods.ts'
import { cacheLifetime } from './cache-lifetime.ts'
import type { Finding } from './failure.ts'
import { matches } from './matches.ts'
import { onElement, pageAssertions } from './page-assertions.ts'
import { followPointer } from './pointer.ts'
import type { ResponseData } from './response-data.ts'
import { serverAssertions } from './server-assertions.ts'
import { isRemoved } from './set-cookie.ts'

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
        message: `The answer is not a problem document, but ${type ?? 'has no type'}.`,
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

  redirect(response, expected?: unknown, status?: number) {
    const codes = status === undefined ? [301, 302, 303, 307, 308] : [status]
    const location = response.field('location')
    if (!codes.includes(response.status)) {
      return {
        message: `The answer is not a redirect${status ? ` ${status}` : ''}, but ${response.status}.`,
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

  ...pageAssertions,
  ...serverAssertions,

  async satisfies(response, test: (response: ResponseData) => unknown) {
    return (await test(response)) === false ? { message: 'The answer does not satisfy the test.' } : undefined
  },
}

function find(text: string, what: string | RegExp): number {
  return typeof what === 'string' ? text.indexOf(what) : text.search(what)
}

function parseJson(response: ResponseData): { value: unknown } | Finding {
  try {
    return { value: response.json as unknown }
  } catch (error) {
    return { message: `The body is not JSON: ${(error as Error).message}` }
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
