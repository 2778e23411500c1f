import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fixture, get, PATIENT, start, temporaryFolder, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
const available = spawnSync('nginx', ['-v'], { env }).status === 0

/** A reverse proxy with keep-alive connections to propane, as people run it. It does not retry. */
async function nginx(upstream: number): Promise<string> {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'logs'))
  const port = await freePort()
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
     events { worker_connections 512; }
     http {
       access_log off;
       client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
       upstream app { server 127.0.0.1:${upstream}; keepalive 16; }
       server { listen 127.0.0.1:${port};
         location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off; } }
     }`,
  )
  const child: ChildProcess = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], {
    env,
    stdio: 'ignore',
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await new Promise(resolve => child.once('exit', resolve))
  })
  const url = `http://127.0.0.1:${port}`
  await until(
    () =>
      get(url).then(
        ({ status }) => status,
        () => 0,
      ),
    status => status === 200,
  )
  return url
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

test.skipIf(!available)(
  'behind nginx with keep-alive to the workers, ten reloads give no 502 (needs nginx)',
  async () => {
    const handle = await start({ app: fixture('mixed.ts'), workers: 2, ...PATIENT })
    const traffic = new Traffic({ url: await nginx(handle.port), clients: 32, handlerMs: [5, 5, 5, 300] })
    for (let count = 0; count < 10; count++) {
      await traffic.answered(50)
      await handle.reload()
    }
    const { lost, statuses } = await traffic.stop()
    expect(lost).toEqual([])
    expect(Object.keys(statuses)).toEqual(['200'])
  },
  120_000,
)
