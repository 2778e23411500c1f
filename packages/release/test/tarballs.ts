import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { create } from 'tar'
import { writeFiles } from './support.ts'

/** The first bytes of compiled code. */
export function elf(machine: number, system = 0): Buffer {
  const head = Buffer.alloc(64)
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, system])
  head.writeUInt16LE(machine, 18)
  return head
}
export function machO(machine: number): Buffer {
  const head = Buffer.alloc(64)
  head.writeUInt32LE(0xfeedfacf, 0)
  head.writeUInt32LE(machine, 4)
  return head
}
export function pe(machine: number): Buffer {
  const head = Buffer.alloc(128)
  head.write('MZ')
  head.writeUInt32LE(64, 0x3c)
  head.write('PE\0\0', 64)
  head.writeUInt16LE(machine, 68)
  return head
}

/** Processors in ELF. */
export const [X64, ARM64] = [62, 183]

export interface Published {
  manifest: object
  files?: Readonly<Record<string, Buffer>>
}

/** A server with the tarballs of packages. */
export class Tarballs {
  readonly #server: Server
  readonly #files = new Map<string, Buffer>()

  constructor() {
    this.#server = createServer((request, response) => {
      const file = this.#files.get(request.url!.slice(1))
      response.writeHead(file ? 200 : 404).end(file)
    })
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  url(name: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}.tgz`
  }

  async publish(folder: string, name: string, { manifest, files = {} }: Published): Promise<void> {
    const root = join(folder, name, 'package')
    writeFiles(root, { 'package.json': JSON.stringify({ version: '1.0.0', ...manifest }) })
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    const file = join(folder, `${name}.tgz`)
    await create({ file, gzip: true, cwd: join(folder, name) }, ['package'])
    this.#files.set(`${name}.tgz`, readFileSync(file))
  }
}
