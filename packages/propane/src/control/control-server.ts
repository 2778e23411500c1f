import type { Server, Socket } from 'node:net'
import path from 'node:path'
import { propaneError } from '../errors.ts'
import { answers } from '../system/bind.ts'
import { fs, net } from '../system/builtins.ts'
import { ensureOwnFolder } from './control-path.ts'

/** One line of JSON in, one line of JSON out. */
export interface ControlRequest {
  command: string
  workers?: number
}

export type ControlReply = { ok: true; result: unknown } | { ok: false; error: { code: string; message: string } }

/** The longest request accepted, in characters. */
const LONGEST = 4096

/**
 * The unix socket for commands. Only its owner may open it: it is created under a umask, in a folder that only the owner
 * may write. The answer to a command is its outcome, however long that takes.
 */
export class ControlServer {
  readonly path: string
  readonly #run: (request: ControlRequest) => Promise<unknown>
  readonly #open = new Set<Promise<void>>()
  #server: Server | undefined
  #inode = 0

  constructor(path: string, run: (request: ControlRequest) => Promise<unknown>) {
    this.path = path
    this.#run = run
  }

  /** Throws propane_running if another primary answers there, command_failed if the socket cannot be created. */
  async listen(): Promise<void> {
    if (fs.existsSync(this.path) && (await answers(this.path))) {
      throw propaneError('propane_running', { pid: 'another', file: this.path })
    }
    const server = net.createServer(socket => this.#serve(socket))
    // Created beside the path and moved into place: this replaces a file left by a crash without a gap.
    const beside = `${this.path}.${process.pid}`
    try {
      ensureOwnFolder(path.dirname(this.path))
      const there = fs.lstatSync(this.path, { throwIfNoEntry: false })
      if (there && !there.isSocket()) throw new Error('a file that is not a socket is there')
      fs.rmSync(beside, { force: true })
      await listenPrivately(server, beside)
      this.#inode = fs.statSync(beside).ino
      fs.renameSync(beside, this.path)
    } catch (cause) {
      server.close()
      const reason = `The control socket ${this.path} cannot be made: ${(cause as Error).message}`
      throw propaneError('command_failed', { reason }, { cause })
    }
    server.unref()
    this.#server = server
  }

  /** Stops listening, removes the file if it is still this server's, and resolves when the last answer is sent. */
  async close(): Promise<void> {
    if (!this.#server) return
    if (fs.statSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode) fs.rmSync(this.path, { force: true })
    this.#server.close()
    this.#server = undefined
    await Promise.all(this.#open)
  }

  #serve(socket: Socket): void {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('error', () => socket.destroy()) // the client is gone
    socket.on('data', (chunk: string) => {
      text += chunk
      const end = text.indexOf('\n')
      if (end < 0 && text.length > LONGEST) socket.destroy()
      if (end < 0) return
      socket.removeAllListeners('data')
      const answered = this.#answer(text.slice(0, end)).then(
        reply => new Promise<void>(resolve => socket.end(`${JSON.stringify(reply)}\n`, () => resolve())),
      )
      const open = Promise.race([answered, new Promise<void>(resolve => socket.once('close', () => resolve()))])
      this.#open.add(open)
      void open.finally(() => this.#open.delete(open))
    })
  }

  async #answer(line: string): Promise<ControlReply> {
    try {
      return { ok: true, result: (await this.#run(JSON.parse(line) as ControlRequest)) ?? null }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      return { ok: false, error: { code: typeof code === 'string' ? code : 'command_failed', message } }
    }
  }
}

function listenPrivately(server: Server, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const umask = process.umask(0o077)
    server.listen(file, resolve)
    process.umask(umask)
  })
}
