import type { Socket } from 'node:net'

/**
 * Sends one request and resolves with the status of its complete answer. Written in plain bytes, because loading node:http
 * costs a worker whose engine does without it some 16 MiB.
 *
 * @throws Error if something else comes
 */
export function http1Request(client: Socket, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = ''
    client.on('data', data => {
      if (answer.length < 1024) answer += data.toString('latin1')
    })
    client.once('error', reject)
    client.once('end', () => {
      const status = /^HTTP\/1\.[01] (\d{3}) /.exec(answer)?.[1]
      if (status !== undefined) resolve(Number(status))
      else reject(new Error(`GET ${path} was answered with ${JSON.stringify(answer.slice(0, 40))}, not HTTP`))
    })
    client.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: propane-probe\r\nconnection: close\r\n\r\n`)
  })
}
