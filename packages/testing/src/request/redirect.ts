import type { TestResponse } from '../response/test-response.ts'
import type { OutgoingBody } from './body.ts'
import { type RequestDescription, setField } from './description.ts'

/** The target of a redirect, and how browsers request it (Fetch standard, "HTTP-redirect fetch"). */
export function redirected(response: TestResponse): RequestDescription | undefined {
  const { status, request, url } = response
  const location = response.field('location')
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || !URL.canParse(location, url))
    return undefined
  const next = new URL(location, url)
  if (next.origin !== url.origin) return undefined // a foreign site: the test sees the redirect itself
  const toGet =
    status === 303 ? request.method !== 'GET' && request.method !== 'HEAD' : status < 303 && request.method === 'POST'
  const fields: [string, string][] = request.fields.map(([name, value]) => [name, value])
  if (toGet)
    for (const name of ['Content-Type', 'Content-Length', 'Transfer-Encoding', 'Origin'])
      setField(fields, name, undefined)
  return {
    ...request,
    method: toGet ? 'GET' : request.method,
    target: next.pathname + next.search,
    fields,
    body: toGet ? undefined : (request.body as OutgoingBody | undefined),
  }
}
