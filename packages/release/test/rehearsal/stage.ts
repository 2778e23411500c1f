import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPg } from '@arlen/pg'
import { type Embedded, startEmbedded } from '@arlen/pg/embedded'
import type { DeployTarget } from '../../src/index.ts'
import { type Network, said } from './network.ts'

const ARLEN = join(import.meta.dirname, '../../../cli/dist/bin.js')
const MACHINES = [1, 2, 3] as const
export type Machine = (typeof MACHINES)[number]

/** How big the disk of the third machine is: some releases fit, and then no more. */
const DISK = '600m'

/** What a client process counted. */
export interface Tally {
  answered: number
  lost: Record<string, number>
  slowestMs: number
}

/** How a command of `arlen deploy` ended. */
export interface Outcome {
  code: number
  seconds: number
  output: string
}

/** The machines with what runs on them, and what is in front of them. */
export class Stage {
  readonly folder: string
  readonly #network: Network
  readonly #apps = new Map<Machine, ChildProcess>()
  #postgres: Embedded | undefined

  /** @param folder - with the archives of the releases */
  constructor(network: Network, folder: string) {
    this.#network = network
    this.folder = folder
  }

  async build(): Promise<void> {
    this.#postgres = await startEmbedded({
      dir: join(this.folder, 'pg'),
      durable: false,
      disposable: true,
      settings: { listen_addresses: '*', max_connections: 200 },
    })
    execFileSync(
      'sh',
      [
        '-c',
        `echo 'host all all 10.88.0.0/16 trust' >> "$(dirname "$(find . -name pg_hba.conf | head -1)")/pg_hba.conf"`,
      ],
      {
        cwd: join(this.folder, 'pg'),
      },
    )
    process.kill(this.#postgres.pid, 'SIGHUP')
    for (const name of ['host', 'user']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, name)])
    }
    mkdirSync('/run/sshd', { recursive: true })
    for (const machine of MACHINES) {
      mkdirSync(this.path(machine), { recursive: true })
      if (machine === 3) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', this.path(machine)])
      await this.boot(machine)
    }
    this.configure({})
  }

  /** The target folder of a machine. */
  path(machine: Machine): string {
    return join(this.folder, `machine-${machine}`)
  }

  /** A machine is switched on: sshd runs. */
  async boot(machine: Machine): Promise<void> {
    this.#network.plugIn(machine)
    const file = (name: string) => join(this.folder, name)
    const settings = [
      `ListenAddress 10.88.${machine}.2`,
      'Port 22',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('user.pub')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
    ]
    writeFileSync(file(`sshd-${machine}`), `${settings.join('\n')}\n`)
    const server = this.#network.spawn(machine, ['/usr/sbin/sshd', '-D', '-e', '-f', file(`sshd-${machine}`)])
    await said(server, 'Server listening')
  }

  /** Writes config/deploy.ts. */
  configure(changes: Partial<DeployTarget>): void {
    const { folder } = this
    const ssh = ['-i', join(folder, 'user'), '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null']
    const hosts = MACHINES.map(machine => ({
      address: `root@10.88.${machine}.2`,
      path: this.path(machine),
      ssh: [...ssh, '-o', 'LogLevel=ERROR'],
      healthUrl: `http://10.88.${machine}.2:3000/readyz`,
    }))
    const target = { path: '/srv/shop', node: process.execPath, timeoutMs: 60_000, hosts, ...changes }
    mkdirSync(join(folder, 'config'), { recursive: true })
    writeFileSync(
      join(folder, 'config/deploy.js'),
      `export default { targets: { production: ${JSON.stringify(target)} } }\n`,
    )
    writeFileSync(join(folder, 'config/app.js'), 'export default { apiOnly: true }\n')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  }

  writeEnvironment(): void {
    const dsn = new URL(this.#postgres!.dsn)
    for (const machine of MACHINES) {
      dsn.hostname = `10.88.${machine}.1`
      writeFileSync(join(this.path(machine), 'shared/env'), `DATABASE_URL=${dsn.href}\n`, { mode: 0o600 })
    }
  }

  /** Starts `arlen deploy production …`. */
  begin(...words: readonly string[]): { child: ChildProcess; ended: Promise<Outcome> } {
    const started = performance.now()
    const child = spawn(process.execPath, [ARLEN, 'deploy', 'production', ...words, '--root', this.folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const ended = once(child, 'close').then(([code]) => ({
      code: (code as number | null) ?? -1,
      seconds: (performance.now() - started) / 1000,
      output,
    }))
    return { child, ended }
  }

  deploy(...words: readonly string[]): Promise<Outcome> {
    return this.begin(...words).ended
  }

  /** The id of the release that a machine runs. */
  current(machine: Machine): string {
    return readlinkSync(join(this.path(machine), 'current')).replace('releases/', '')
  }

  currents(): string[] {
    return MACHINES.map(machine => this.current(machine))
  }

  /** Starts the application of a machine, and waits until it is ready. */
  async startApp(machine: Machine): Promise<void> {
    const address = ['--host', `10.88.${machine}.2`, '--port', '3000', '--workers', '2']
    const times = ['--pre-stop-delay', '1500ms', '--idle-window', '1s']
    const command = [join(this.path(machine), 'current/bin/app'), 'start', ...address, ...times]
    const path = `${join(process.execPath, '..')}:${process.env.PATH}`
    const app = this.#network.spawn(machine, command, { env: { ARLEN_ENV: 'production', PATH: path } })
    this.#apps.set(machine, app)
    while ((await status(`http://10.88.${machine}.2:3000/readyz`)) !== 200) {
      if (app.exitCode !== null) throw new Error(`the application of machine ${machine} ended`)
      await sleep(100)
    }
  }

  /** HAProxy and nginx ask for what has no effect a second time, where a machine did not answer. */
  async balancers(): Promise<string[]> {
    const servers = MACHINES.map(machine => `10.88.${machine}.2:3000`)
    const haproxy = join(this.folder, 'haproxy.cfg')
    writeFileSync(
      haproxy,
      `defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 4s
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response response-timeout
frontend front
  bind 127.0.0.1:8080
  default_backend machines
backend machines
  balance roundrobin
  http-request disable-l7-retry if METH_POST
  option httpchk GET /readyz
  default-server inter 300ms fall 2 rise 2
${servers.map((server, index) => `  server m${index + 1} ${server} check`).join('\n')}
`,
    )
    this.#network.spawn(undefined, ['haproxy', '-db', '-f', haproxy])
    const folder = join(this.folder, 'nginx')
    mkdirSync(join(folder, 'logs'), { recursive: true })
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const paths = temporary.map(name => `${name}_temp_path ${folder}/${name};`).join(' ')
    const upstream = servers.map(server => `server ${server} fail_timeout=2s;`).join(' ')
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; events { worker_connections 512; }
       http { access_log off; ${paths} upstream machines { ${upstream} keepalive 16; }
         server { listen 127.0.0.1:8081; location / { proxy_pass http://machines; proxy_http_version 1.1;
           proxy_set_header Connection ""; proxy_next_upstream error timeout; proxy_connect_timeout 1s; proxy_read_timeout 4s; } } }`,
    )
    this.#network.spawn(undefined, ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')])
    const urls = ['http://127.0.0.1:8080/', 'http://127.0.0.1:8081/']
    for (const url of urls) while ((await status(url)) !== 200) await sleep(100)
    return urls
  }

  /** Starts clients. The result stops them. */
  async load(method: 'GET' | 'POST', clients: number, urls: readonly string[]): Promise<() => Promise<Tally>> {
    const args = [...process.execArgv, join(import.meta.dirname, 'load.ts'), method, String(clients), ...urls]
    const child = this.#network.spawn(undefined, [process.execPath, ...args])
    let output = ''
    child.stdout!.on('data', chunk => {
      output += String(chunk)
    })
    await said(child, 'running')
    return async () => {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      return JSON.parse(output.trim().split('\n').at(-1)!) as Tally
    }
  }

  /** How many orders the database has. */
  async orders(): Promise<number> {
    const pg = createPg(this.#postgres!.dsn)
    const { rows } = await pg.query<{ count: number }>('select count(*)::int as count from orders')
    await pg.close()
    return rows[0]!.count
  }

  async end(): Promise<void> {
    await this.#network.end()
    await this.#postgres?.stop({ now: true })
    // Its folder cannot be removed while it is mounted.
    execFileSync('umount', ['--lazy', this.path(3)])
  }
}

function status(url: string): Promise<number> {
  return new Promise(resolve => {
    request(url, { timeout: 2000 }, response => {
      response.resume()
      response.on('end', () => resolve(response.statusCode!))
      response.on('error', () => resolve(0))
    })
      .on('error', () => resolve(0))
      .on('timeout', function timeout(this: { destroy(): void }) {
        this.destroy()
      })
      .end()
  })
}
