import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, serve } from '../src/index.ts'
import { eventually } from './serving.ts'

const nginx = findNginx()
const REASON = nginx === undefined ? ' (skipped: nginx is not installed, see tooling/system-deps)' : ''

/** nginx in front, with connections to the server that are kept alive: what most servers of the world stand behind. */
describe.skipIf(nginx === undefined)(`behind nginx${REASON}`, () => {
  let server: HttpServer
  let folder: string
  let port: number
  let proxy: ReturnType<typeof spawn>
  const aborted: string[] = []
  let finished = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'arlen-nginx-'))
    server = await serve(
      async c => {
        c.signal.addEventListener('abort', () => aborted.push(c.req.path))
        if (c.req.path === '/upload') return { sha: await hashOf(c.req.stream) }
        if (c.req.path === '/hang') return once(c.signal, 'abort')
        if (c.req.path === '/big') return Buffer.alloc(5_000_000, 'x')
        if (c.req.path === '/refuse') return c.problem(403)
        return { path: c.req.path, ip: c.req.ip, protocol: c.req.protocol, host: c.req.host, id: c.req.id }
      },
      {
        port: 0,
        trustedProxies: ['loopback'],
        forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto'],
        maxBodyBytes: 64 * 1024 * 1024,
        onFinish: () => finished++,
      },
    )
    port = await freePort()
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, server.address!.port))
    proxy = spawn(nginx!, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'ignore' })
    await reachable(port)
  })

  afterAll(async () => {
    proxy.kill('SIGQUIT')
    await once(proxy, 'exit')
    await server.close({ graceMs: 0 })
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = (path: string, options: object = {}, body?: Buffer) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const client = request({ port, path, ...options }, answer => {
        let text = ''
        answer.on('data', chunk => (text += String(chunk)))
        answer.on('end', () => resolve({ status: answer.statusCode!, body: text }))
      })
      client.on('error', reject)
      client.end(body)
    })

  test('the client is the one that connected to the proxy', async () => {
    const { body } = await ask('/who', { headers: { Host: 'shop.example' } })
    expect(JSON.parse(body)).toMatchObject({
      ip: '127.0.0.1',
      protocol: 'https',
      host: 'shop.example',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  test('ten thousand requests over kept connections are answered, each with its own', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 50 })
    let wrong = 0
    let next = 0
    const worker = async () => {
      while (next < 10_000) {
        const path = `/r${next++}`
        const answer = await ask(path, { agent }).catch(() => ({ status: 0, body: '' }))
        if (answer.status !== 200 || !answer.body.includes(`"${path}"`)) wrong++
      }
    }
    await Promise.all(Array.from({ length: 50 }, worker))
    agent.destroy()
    expect(wrong).toBe(0)
    // Connections to us were kept: there were far fewer of them than requests.
    expect(server.connections).toBeLessThan(100)
  })

  test('uploads arrive whole, buffered by the proxy or passed on as they come', async () => {
    const body = Buffer.alloc(20_000_000, 'upload')
    const sha = createHash('sha256').update(body).digest('hex')
    const answers = await Promise.all(
      ['/upload', '/unbuffered/upload'].map(path => ask(path, { method: 'POST' }, body)),
    )
    expect(answers.map(answer => JSON.parse(answer.body) as unknown)).toEqual([{ sha }, { sha }])
  })

  test('large answers pass, and refusals of uploads that are not read', async () => {
    expect((await ask('/big')).body.length).toBe(5_000_000)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('/refuse', { method: 'POST' }, Buffer.alloc(3_000_000))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 403))
  })

  test('clients that leave are noticed, and leave nothing behind', async () => {
    const clients = Array.from({ length: 10 }, () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined) // it is reset on purpose
      socket.write('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n')
      return socket
    })
    await eventually(() => server.requestsInFlight === 10)
    for (const socket of clients) socket.destroy()
    await eventually(() => server.requestsInFlight === 0)
    expect(aborted.filter(path => path === '/hang')).toHaveLength(10)
    expect((await ask('/after')).status).toBe(200)
    expect(finished).toBeGreaterThan(10)
  })
})

function findNginx(): string | undefined {
  for (const candidate of ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx']) {
    try {
      execFileSync(candidate, ['-v'], { stdio: 'ignore' })
      return candidate
    } catch {
      // not there; the next may be
    }
  }
  return undefined
}

function configuration(folder: string, port: number, upstream: number): string {
  const forward = `
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Request-Id $request_id;`
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
error_log ${folder}/error.log;
pid ${folder}/nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  client_max_body_size 100m;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream app { server 127.0.0.1:${upstream}; keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    location / {${forward}
    }
    location /unbuffered/ {${forward}
      rewrite ^/unbuffered(/.*)$ $1 break;
      proxy_request_buffering off;
    }
  }
}
`
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

async function reachable(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const up = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (up) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

async function hashOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of stream) hash.update(piece)
  return hash.digest('hex')
}
