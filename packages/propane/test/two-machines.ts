import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { BIN } from './bin.ts'
import { fixture, SOURCE, temporaryFolder } from './helpers.ts'
import type { Tally } from './traffic.ts'

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`
const env = { ...process.env, PATH, NODE_OPTIONS: '' }

/** Whether network namespaces can be made here: that takes Linux, root and iproute2. */
export const hasNamespaces: boolean =
  process.getuid?.() === 0 && spawnSync('unshare', ['--net', 'ip', 'link'], { env }).status === 0

export function has(program: string): boolean {
  return spawnSync(program, ['-v'], { env }).status === 0
}

export type Machine = 'a' | 'b'

const ADDRESSES = { a: '10.77.1.2', b: '10.77.2.2' } as const
const PORT = 3000

/** Where the load balancers listen, in their own namespace. */
const FRONT = 8080

/** Two machines and a load balancer, each a network namespace; clients run beside the load balancer. */
export class TwoMachines {
  readonly #prefix = `propane-${process.pid}`
  readonly #running = new Map<Machine, ChildProcess>()
  readonly #folder = temporaryFolder()

  constructor() {
    onTestFinished(() => this.#remove())
    for (const name of ['a', 'b', 'front']) {
      this.#ip('netns', 'add', this.#namespace(name))
      this.#ip('-n', this.#namespace(name), 'link', 'set', 'dev', 'lo', 'up')
    }
    for (const name of ['a', 'b'] as const) {
      const [own, front] = [this.#namespace(name), this.#namespace('front')]
      this.#ip('link', 'add', 'front', 'netns', own, 'type', 'veth', 'peer', 'name', `to-${name}`, 'netns', front)
      this.#ip('-n', own, 'address', 'add', `${ADDRESSES[name]}/24`, 'dev', 'front')
      this.#ip('-n', front, 'address', 'add', ADDRESSES[name].replace(/2$/, '1/24'), 'dev', `to-${name}`)
      this.#ip('-n', own, 'link', 'set', 'dev', 'front', 'up')
      this.#ip('-n', front, 'link', 'set', 'dev', `to-${name}`, 'up')
    }
  }

  /** Starts propane on a machine, and waits until it serves. */
  async start(machine: Machine): Promise<void> {
    const address = ['--host', ADDRESSES[machine], '--port', String(PORT), '--control-socket', 'off']
    const times = ['--pre-stop-delay', '1500ms', '--idle-window', '3s', '--readiness-path', '/readyz']
    const args = [...SOURCE, BIN, fixture('mixed.ts'), '--workers', '2', ...address, ...times, '--log-format', 'text']
    const child = this.#spawn(machine, process.execPath, args)
    this.#running.set(machine, child)
    await said(child, 'serving on')
  }

  /** Stops propane on a machine, and waits until it has ended. Resolves with its exit code. */
  async stop(machine: Machine): Promise<number | null> {
    const child = this.#running.get(machine)!
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    return ended
  }

  async reload(machine: Machine): Promise<void> {
    const child = this.#running.get(machine)!
    child.kill('SIGHUP')
    await said(child, 'reloaded in')
  }

  /** HAProxy asks for the readiness of each machine. It sends no request a second time. */
  async haproxy(): Promise<void> {
    const file = path.join(this.#folder, 'haproxy.cfg')
    const servers = Object.entries(ADDRESSES).map(([name, at]) => `  server ${name} ${at}:${PORT} check`)
    writeFileSync(
      file,
      `defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  retries 0
frontend front
  bind 127.0.0.1:${FRONT}
  default_backend machines
backend machines
  balance roundrobin
  option httpchk GET /readyz
  default-server inter 200ms fall 1 rise 2
${servers.join('\n')}
`,
    )
    this.#spawn('front', 'haproxy', ['-db', '-f', file])
    await this.#answers()
  }

  /** nginx has no checks: it tries the other machine where one accepts no connection. */
  async nginx(): Promise<void> {
    const folder = path.join(this.#folder, 'nginx')
    mkdirSync(path.join(folder, 'logs'), { recursive: true })
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const paths = temporary.map(name => `${name}_temp_path ${folder}/${name};`).join(' ')
    const servers = Object.values(ADDRESSES).map(at => `server ${at}:${PORT} fail_timeout=1s;`)
    writeFileSync(
      path.join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; events { worker_connections 512; }
       http { access_log off; ${paths} upstream machines { ${servers.join(' ')} keepalive 16; }
         server { listen 127.0.0.1:${FRONT}; location / { proxy_pass http://machines; proxy_http_version 1.1;
           proxy_set_header Connection ""; proxy_next_upstream error; proxy_connect_timeout 2s; } } }`,
    )
    this.#spawn('front', 'nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')])
    await this.#answers()
  }

  /** Starts clients of the load balancer. The result stops them, and resolves with what became of their requests. */
  async clients(
    count: number,
    handlerMs: readonly number[],
  ): Promise<() => Promise<Pick<Tally, 'answered' | 'lost' | 'statuses'>>> {
    const file = path.join(import.meta.dirname, 'traffic-client.ts')
    const args = [...SOURCE, file, `http://127.0.0.1:${FRONT}`, String(count), ...handlerMs.map(String)]
    const child = this.#spawn('front', process.execPath, args)
    await said(child, 'running')
    return async () => {
      const tally = said(child, '"answered"')
      child.kill('SIGTERM')
      return JSON.parse(await tally) as Tally
    }
  }

  async #answers(): Promise<void> {
    const script = `fetch('http://127.0.0.1:${FRONT}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`
    for (;;) {
      const child = this.#spawn('front', process.execPath, ['-e', script])
      if ((await new Promise(resolve => child.once('exit', resolve))) === 0) return
    }
  }

  #namespace(name: string): string {
    return `${this.#prefix}-${name}`
  }

  #ip(...args: readonly string[]): void {
    execFileSync('ip', args, { env, stdio: 'pipe' })
  }

  #spawn(where: string, command: string, args: readonly string[]): ChildProcess {
    const inside = ['netns', 'exec', this.#namespace(where), command, ...args]
    const child = spawn('ip', inside, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    })
    return child
  }

  #remove(): void {
    for (const name of ['a', 'b', 'front']) spawnSync('ip', ['netns', 'delete', this.#namespace(name)], { env })
  }
}

/** Resolves with the next line of the output that has this in it. */
function said(child: ChildProcess, part: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += String(chunk)
      const line = text
        .split('\n')
        .slice(0, -1)
        .find(each => each.includes(part))
      if (line === undefined) return
      child.stdout!.off('data', read)
      resolve(line)
    }
    child.stdout!.on('data', read)
    child.once('exit', code => reject(new Error(`ended with ${code} before it said ${part}: ${text}`)))
  })
}
