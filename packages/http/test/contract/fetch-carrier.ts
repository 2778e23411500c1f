import { createServer } from '../../src/index.ts'
import type { Ask, Carrier, RawResponse } from './carrier.ts'

/** Requests that come as those of the web. */
export const fetchCarrier: Carrier = {
  async serve(handler, options) {
    const server = createServer(handler, options)
    return {
      ask(ask = {}) {
        const controller = new AbortController()
        const answer = server
          .fetch(webRequest(ask, controller.signal), { remoteAddress: '127.0.0.1' })
          .then(response => responseOf(response))
        answer.catch(() => undefined) // whoever waits for it hears it too
        return { answer, leave: () => controller.abort(new Error('left')) }
      },
      close: () => server.close({ graceMs: 0 }),
    }
  },
}

function webRequest({ method = 'GET', target = '/', headers = [], body }: Ask, signal: AbortSignal): Request {
  const fields = new Headers()
  if (typeof body === 'string') fields.set('content-length', String(Buffer.byteLength(body)))
  for (const [name, value] of headers) {
    if (name === 'Content-Length') fields.set(name, value)
    else fields.append(name, value)
  }
  const stream = body !== undefined && typeof body !== 'string'
  return new Request(`http://shop.example${target}`, {
    method,
    headers: fields,
    signal,
    ...(body !== undefined && { body: body as string }),
    ...(stream && { duplex: 'half' }),
  })
}

function responseOf(response: Response): RawResponse {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  const read = async () => {
    reader ??= response.body?.getReader()
    const step = await reader?.read()
    return step?.value ?? null
  }
  return {
    status: response.status,
    header: name => response.headers.get(name),
    cookies: response.headers.getSetCookie(),
    read,
    text: () => response.text(),
  }
}
