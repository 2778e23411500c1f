import { testingError } from '../errors.ts'
import type { ServerRecord } from '../observe/record.ts'
import type { RequestDescription } from './description.ts'
import { describeRequest, type RawResponse } from './exchange.ts'

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis

/** Sends a request to the application's `fetch()`: no bytes, no connection. */
export async function exchangeByFetch(
  description: RequestDescription,
  answer: (request: Request) => Response | Promise<Response>,
  origin: URL,
  record: ServerRecord,
): Promise<RawResponse> {
  const { method, target, timeoutMs } = description
  const body = await description.body
  const headers = new Headers(description.fields)
  if (body?.type !== undefined && !headers.has('content-type')) headers.set('content-type', body.type)
  const abort = new AbortController()
  const request = new Request(new URL(target, origin), {
    method,
    headers,
    signal: abort.signal,
    redirect: 'manual',
    ...(body && { body: body.content as Buffer<ArrayBuffer>, duplex: 'half' }),
  })
  const late = testingError('response_missing', { request: describeRequest(description), ms: timeoutMs })
  const timer = startTimer(() => abort.abort(late), timeoutMs)
  const aborted = new Promise<never>((_, reject) => abort.signal.addEventListener('abort', () => reject(late)))
  try {
    const response = await Promise.race([answer(request), aborted])
    const bytes = Buffer.from(await Promise.race([response.arrayBuffer(), aborted]))
    const fields = [...response.headers] as [string, string][]
    return { head: { status: response.status, reason: response.statusText, fields }, interim: [], body: bytes, record }
  } catch (error) {
    if (error === late) throw error
    throw testingError(
      'response_incomplete',
      { request: describeRequest(description), reason: (error as Error).message },
      { cause: error },
    )
  } finally {
    stopTimer(timer)
  }
}
