import { connect } from 'node:net'
import { type Answer, readResponse } from './answer.ts'

/** The request of a scenario. `Host` is the same whatever the port, since pages repeat it. */
export function requestFor(path: string, body?: string, more = ''): Buffer {
  const fields = `Host: 127.0.0.1\r\nAccept: */*\r\n${more}`
  if (body === undefined) return Buffer.from(`GET ${path} HTTP/1.1\r\n${fields}\r\n`)
  const length = Buffer.byteLength(body)
  const content = `Content-Type: application/json\r\nContent-Length: ${length}\r\n`
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${fields}${content}\r\n${body}`)
}

/** Asks once, on a connection of its own. */
export async function ask(port: number, path: string): Promise<Answer> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write(requestFor(path))
  let received = Buffer.alloc(0)
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer])
    const answer = readResponse(received)
    if (answer) return answer // leaving the loop closes the connection
  }
  throw new Error(`no answer to ${path}`)
}
