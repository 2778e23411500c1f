import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in front of PostgreSQL that fails as networks do. */
export interface FaultProxy extends AsyncDisposable {
  /** The DSN of the server, through the proxy. */
  dsn: string
  /** Connections that are open through it. */
  readonly open: number
  /** From now on bytes disappear, both ways, and nobody is told. */
  blackHole(): void
  /** Bytes flow again; those that disappeared are lost. */
  heal(): void
  /** Cuts every connection (RST). */
  cut(): void
  /** Cuts the connection on which the client says something that matches, before the server hears it. */
  cutAt(pattern: RegExp): void
  /** Cuts the connection on which the client has said something that matches, before the client hears the answer. */
  cutAfter(pattern: RegExp): void
  /** Delays every byte. */
  delay(ms: number): void
  /** Takes no more connections. */
  refuse(on: boolean): void
  /** How many connections it has been asked for, refused ones too. */
  readonly asked: number
}

export async function startFaultProxy(dsn: string): Promise<FaultProxy> {
  const target = new URL(dsn)
  const sockets = new Set<Socket>()
  const state = {
    dropping: false,
    refusing: false,
    delayMs: 0,
    before: undefined as RegExp | undefined,
    after: undefined as RegExp | undefined,
  }
  let asked = 0
  const server = createServer(client => {
    asked++
    if (state.refusing) return void client.resetAndDestroy()
    const upstream = connect({ port: Number(target.port), host: target.hostname })
    let armed = false
    const cut = () => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    const forward = (to: Socket, chunk: Buffer) => {
      if (state.delayMs > 0) setTimeout(() => to.write(chunk), state.delayMs)
      else to.write(chunk)
    }
    client.on('data', (chunk: Buffer) => {
      if (state.dropping) return
      const said = chunk.toString('latin1')
      if (state.before?.test(said)) {
        state.before = undefined
        cut()
        return
      }
      if (state.after?.test(said)) {
        state.after = undefined
        armed = true
      }
      forward(upstream, chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      if (armed) cut()
      else if (!state.dropping) forward(client, chunk)
    })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        if (!state.dropping) other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const through = new URL(dsn)
  through.port = String((server.address() as AddressInfo).port)
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    dsn: through.href,
    get asked() {
      return asked
    },
    get open() {
      return sockets.size / 2
    },
    blackHole: () => {
      state.dropping = true
    },
    heal: () => {
      state.dropping = false
    },
    cut,
    cutAt: pattern => {
      state.before = pattern
    },
    cutAfter: pattern => {
      state.after = pattern
    },
    delay: ms => {
      state.delayMs = ms
    },
    refuse: on => {
      state.refusing = on
    },
    [Symbol.asyncDispose]: async () => {
      cut()
      server.close()
    },
  }
}
